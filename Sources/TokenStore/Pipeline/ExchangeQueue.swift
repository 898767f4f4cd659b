internal import Redis

/// The commands that one job waits for, and the answers that have come. This is the part that is
/// touched for every single command.
final class PendingExchange {
    fileprivate let commands: [Command]
    /// The number of the job.
    fileprivate let job: Int
    fileprivate var exchange: Exchange
    /// How many of the commands are with the stream, and the number of the first of them there.
    fileprivate var given = 0
    fileprivate var firstNumber = 0
    fileprivate var openReplies: Int

    init(_ commands: [Command], job: Int) {
        self.commands = commands
        self.job = job
        exchange = Exchange(count: commands.count)
        openReplies = commands.count
    }

    fileprivate func has(_ number: Int) -> Bool {
        number >= firstNumber && number < firstNumber + given
    }
}

/// Exchanges on their way through one stream: gives it their commands, those of one exchange in a
/// row, and finds the exchange to which a reply belongs.
struct ExchangeQueue {
    /// Those that were not given to the stream yet, the next one last.
    private var ready: [PendingExchange] = []
    /// Those of which commands were given, and replies are missing.
    private var open: [PendingExchange] = []
    private var giving: PendingExchange?
    private var commandCount = 0
    /// Where in `open` the last reply belonged.
    private var lastIndex = 0

    /// `isNext` puts it before the others.
    mutating func append(_ exchange: PendingExchange, isNext: Bool) {
        ready.insert(exchange, at: isNext ? ready.count : 0)
    }

    /// The next command of the exchange that is being given; nil where that has no more.
    mutating func continuation() -> Command? {
        guard let giving else { return nil }
        defer {
            giving.given += 1
            commandCount += 1
            if giving.given == giving.commands.count { self.giving = nil }
        }
        return giving.commands[giving.given]
    }

    /// Begins with the next exchange; false where there is none.
    mutating func begin() -> Bool {
        guard let next = ready.popLast() else { return false }
        next.firstNumber = commandCount
        giving = next
        open.append(next)
        return true
    }

    /// Takes the reply to a command; answers the job and its exchange where it was the last one.
    mutating func take(_ reply: Reply, number: Int) -> (job: Int, exchange: Exchange)? {
        if !open.indices.contains(lastIndex) || !open[lastIndex].has(number) {
            guard let index = open.firstIndex(where: { $0.has(number) }) else {
                preconditionFailure("a reply to a command that was not given")
            }
            lastIndex = index
        }
        let pending = open[lastIndex]
        pending.exchange.replies[number - pending.firstNumber] = reply
        pending.openReplies -= 1
        guard pending.openReplies == 0 else { return nil }
        open.remove(at: lastIndex)
        return (pending.job, pending.exchange)
    }

    /// Empties it: answers for every job what is known of its commands.
    mutating func breakOff(
        _ end: StreamEnd, because failure: RedisError
    ) -> [(job: Int, exchange: Exchange)] {
        let left = open + ready
        self = ExchangeQueue()
        return left.map { pending in
            var exchange = pending.exchange
            exchange.failure = failure
            for position in 0..<pending.given
            where exchange.replies[position] == nil
                && end.uncertain.contains(pending.firstNumber + position)
            {
                exchange.uncertain.insert(position)
            }
            return (pending.job, exchange)
        }
    }
}

internal import Redis

/// The commands that one job waits for, and the answers that have come. A class, since every
/// command and every reply changes it, and it is in several lists.
final class PendingExchange {
    fileprivate let commands: [Command]
    /// The number of the job.
    fileprivate let job: Int
    fileprivate var exchange: Exchange
    /// How many of the commands were given to the stream.
    fileprivate var given = 0
    /// The stream's number of the first command. The others follow it without a gap.
    fileprivate var firstNumber = 0
    /// How many replies are missing.
    fileprivate var openReplies: Int

    init(_ commands: [Command], job: Int) {
        self.commands = commands
        self.job = job
        exchange = Exchange(count: commands.count)
        openReplies = commands.count
    }

    /// Whether the stream's command of this number belongs to it.
    fileprivate func has(_ number: Int) -> Bool {
        number >= firstNumber && number < firstNumber + given
    }
}

/// Exchanges on their way through one stream of commands. It gives the stream the commands, those
/// of one exchange in a row, and finds the exchange to which a reply belongs.
struct ExchangeQueue {
    /// Exchanges that were not given to the stream yet; the next one is the last element.
    private var ready: [PendingExchange] = []
    /// Exchanges of which commands were given, and replies are missing.
    private var open: [PendingExchange] = []
    /// The exchange whose commands are being given; nil between two.
    private var giving: PendingExchange?
    /// How many commands the stream got, which is also the number of the next one.
    private var commandCount = 0
    /// The index in `open` for the last reply. The next reply mostly belongs to the same exchange,
    /// so it is tried before a search.
    private var lastIndex = 0

    /// Adds an exchange, after those that wait; `isNext` puts it before them.
    mutating func append(_ exchange: PendingExchange, isNext: Bool) {
        ready.insert(exchange, at: isNext ? ready.count : 0)
    }

    /// The next command of the exchange that is being given; nil if it has no more.
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

    /// Takes the reply to a command. Returns the job's number and its exchange if no reply to that
    /// is missing now. Replies of one server come in order; those of a group may not.
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

    /// Ends all exchanges after a failure, and returns each with its job's number. A command
    /// without a reply is uncertain if the stream says that it may have been executed.
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

internal import Redis

/// The commands of one step, and the answers that have come. Nothing in it depends on what the
/// step leads to: this is the part that is touched for every single command.
final class StepInFlight {
    fileprivate let commands: [Command]
    fileprivate var exchange: Exchange
    /// How many of the commands are with the stream, and the number of the first of them there.
    fileprivate var given = 0
    fileprivate var firstNumber = 0
    fileprivate var openReplies: Int
    fileprivate let finish: (Exchange) -> Void

    init(_ commands: [Command], finish: @escaping (Exchange) -> Void) {
        self.commands = commands
        self.finish = finish
        exchange = Exchange(count: commands.count)
        openReplies = commands.count
    }

    fileprivate func has(_ number: Int) -> Bool {
        number >= firstNumber && number < firstNumber + given
    }
}

/// Steps on their way through one stream: gives it their commands, those of one step in a row, and
/// finds the step to which a reply belongs.
struct StepQueue {
    /// Those that were not given to the stream yet, the next one last.
    private var ready: [StepInFlight] = []
    /// Those of which commands were given, and replies are missing.
    private var open: [StepInFlight] = []
    private var giving: StepInFlight?
    private var commandCount = 0
    /// Where in `open` the last reply belonged.
    private var lastIndex = 0

    /// `isNext` puts it before the others.
    mutating func append(_ step: StepInFlight, isNext: Bool) {
        ready.insert(step, at: isNext ? ready.count : 0)
    }

    var isEmpty: Bool { ready.isEmpty && giving == nil }

    /// The next command of the step that is being given; nil where that has no more.
    mutating func continuation() -> Command? {
        guard let giving else { return nil }
        defer {
            giving.given += 1
            commandCount += 1
            if giving.given == giving.commands.count { self.giving = nil }
        }
        return giving.commands[giving.given]
    }

    /// Begins with the next step; false where there is none.
    mutating func begin() -> Bool {
        guard let step = ready.popLast() else { return false }
        step.firstNumber = commandCount
        giving = step
        open.append(step)
        return true
    }

    /// Takes the reply to a command; answers the step and its exchange where it was the last one.
    mutating func take(_ reply: Reply, number: Int) -> (StepInFlight, Exchange)? {
        if !open.indices.contains(lastIndex) || !open[lastIndex].has(number) {
            guard let index = open.firstIndex(where: { $0.has(number) }) else {
                preconditionFailure("a reply to a command that was not given")
            }
            lastIndex = index
        }
        let step = open[lastIndex]
        step.exchange.replies[number - step.firstNumber] = reply
        step.openReplies -= 1
        guard step.openReplies == 0 else { return nil }
        open.remove(at: lastIndex)
        return (step, step.exchange)
    }

    /// Empties it: answers every step with what is known of its commands.
    mutating func breakOff(
        _ end: StreamEnd, because failure: RedisError
    ) -> [(StepInFlight, Exchange)] {
        let left = open + ready
        self = StepQueue()
        return left.map { step in
            var exchange = step.exchange
            exchange.failure = failure
            for position in 0..<step.given
            where exchange.replies[position] == nil
                && end.uncertain.contains(step.firstNumber + position)
            {
                exchange.uncertain.insert(position)
            }
            return (step, exchange)
        }
    }
}

extension StepInFlight {
    /// Goes on with the answers, or with what there is of them.
    func finish(with exchange: Exchange) { finish(exchange) }
}

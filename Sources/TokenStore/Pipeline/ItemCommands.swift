internal import Layouts
internal import Redis

/// The outcome of one item of a job, such as one token to revoke.
protocol ItemOutcome {
    /// Redis refused a command of the item, or the layout could not make one.
    static func failed(_ error: StoreError) -> Self
    /// A command was sent, but no answer came: it may have been executed or not.
    static var unknown: Self { get }
    /// No command was sent.
    static var notAttempted: Self { get }

    var error: StoreError? { get }

    /// This outcome, if `doubt` says that acknowledged changes may be lost: done becomes
    /// unconfirmed or unknown.
    func doubted(because doubt: StoreError) -> Self
}

extension JobResult {
    /// The outcomes of `count` items. A job that failed as a whole has none of its own: after a
    /// broken connection nothing was attempted, and any other error is the error of each item.
    func outcomes<Item: ItemOutcome>(count: Int) -> [Item] where Outcome == [Item] {
        switch result {
        case .success(let outcomes):
            doubt.map { doubt in outcomes.map { $0.doubted(because: doubt) } } ?? outcomes
        case .failure(.redis): Array(repeating: .notAttempted, count: count)
        case .failure(let error): Array(repeating: .failed(error), count: count)
        }
    }
}

extension [RevocationOutcome] {
    /// These outcomes for users: errors name keys without tokens in them. `previous` are the
    /// outcomes of an attempt whose changes may be lost. What that attempt did counts as done now,
    /// since the repetition finds it already in place.
    func shown(in layout: Layout, after previous: Self?) -> Self {
        let shown: Self = map { outcome in
            outcome.error.map { .failed($0.shown(in: layout)) } ?? outcome
        }
        guard let previous else { return shown }
        return zip(previous, shown).map { before, outcome in
            before == .revoked && [.alreadyRevoked, .notFound].contains(outcome)
                ? .revoked : outcome
        }
    }
}

/// The commands of one exchange, each with the item that it is about.
///
/// This is the one rule by which replies become outcomes of items: an error reply fails its item; a
/// command that was sent without an answer leaves it unknown; an item of which nothing was sent
/// keeps its outcome; any other item was answered, and the job judges what the replies say.
struct ItemCommands {
    private(set) var commands: [Command] = []
    /// For each item its place in the job, and the end of its commands in `commands`. They begin
    /// where those of the item before end.
    private var ends: [(item: Int, end: Int)] = []

    /// The places of the items, in the order of their commands.
    var items: [Int] { ends.map(\.item) }

    mutating func reserve(_ count: Int) {
        commands.reserveCapacity(count)
        ends.reserveCapacity(count)
    }

    mutating func add(_ command: Command, of item: Int) {
        commands.append(command)
        ends.append((item, commands.count))
    }

    mutating func add(_ own: [Command], of item: Int) {
        commands += own
        ends.append((item, commands.count))
    }

    /// The items of which every command was answered without an error, for the job to judge. Sets
    /// the outcomes of the others in `outcomes`, which has a place for each item of the job.
    func answers<Outcome: ItemOutcome>(
        in exchange: Exchange, _ outcomes: inout [Outcome]
    ) -> [ItemAnswer] {
        var answers: [ItemAnswer] = []
        answers.reserveCapacity(ends.count)
        var start = 0
        for (item, end) in ends {
            var replyCount = 0
            var refused: Int?
            for position in start..<end {
                switch exchange.replies[position] {
                case .error: refused = refused ?? position
                case .some: replyCount += 1
                case nil: break
                }
            }
            if let refused {
                outcomes[item] = .failed(refusal(exchange, refused))
            } else if replyCount == end - start {
                answers.append(
                    ItemAnswer(item: item, range: start..<end, exchanged: exchange.replies))
            } else if replyCount > 0
                || (start..<end).contains(where: exchange.uncertain.contains)
            {
                outcomes[item] = .unknown
            }
            start = end
        }
        return answers
    }

    /// The first refusal for each item that has one. For steps whose missing answers do not matter.
    func refusals(in exchange: Exchange) -> [Int: StoreError] {
        var refusals: [Int: StoreError] = [:]
        var start = 0
        for (item, end) in ends {
            for position in start..<end {
                guard case .error? = exchange.replies[position] else { continue }
                refusals[item] = refusals[item] ?? refusal(exchange, position)
            }
            start = end
        }
        return refusals
    }

    private func refusal(_ exchange: Exchange, _ position: Int) -> StoreError {
        guard case .error(let error)? = exchange.replies[position] else {
            preconditionFailure("the reply is no refusal")
        }
        let command = commands[position]
        return .refused(error, command: command.name, key: command.key)
    }
}

/// The replies to all commands of one item, none of them an error. It shares the array of replies
/// with the exchange, so that no reply is copied.
struct ItemAnswer {
    /// The item, by its place in the job.
    let item: Int
    /// The places of its replies among those of the exchange.
    fileprivate let range: Range<Int>
    fileprivate let exchanged: [Reply?]

    /// The reply to the item's command of this number, from 0.
    subscript(number: Int) -> Reply { exchanged[range.lowerBound + number] ?? .null }

    /// All of its replies.
    var replies: ArraySlice<Reply> { exchanged[range].map { $0 ?? .null }[...] }

    /// The reply to the only command.
    var reply: Reply { self[0] }
}

internal import Redis

/// The outcome of one item of a job, such as one token to revoke.
protocol ItemOutcome {
    /// Redis refused a command of the item, or no command could be made for it.
    static func failed(_ error: StoreError) -> Self
    /// A command was sent, but no answer came: it may have been executed or not.
    static var unknown: Self { get }
    /// No command was sent.
    static var notAttempted: Self { get }

    var error: StoreError? { get }

    /// The same where what was acknowledged may be lost.
    func doubted(because doubt: StoreError) -> Self
}

extension JobResult {
    /// The outcomes of `count` items, whatever became of the job.
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
    /// The same with keys that people may see.
    func shown(in layout: Layout) -> Self {
        map { outcome in outcome.error.map { .failed($0.shown(in: layout)) } ?? outcome }
    }
}

/// The commands of one exchange, each with the item that it is about.
///
/// This is the one rule by which replies become outcomes of items: an error reply fails its item; a
/// command that was sent without an answer leaves it unknown; an item of which nothing was sent
/// keeps its outcome; any other item was answered, and the job judges what the replies say.
struct ItemCommands {
    private(set) var commands: [Command] = []
    /// The items by their places in the job, in the order of their commands.
    private(set) var items: [Int] = []
    /// For each of them where its commands end.
    private var ends: [Int] = []

    mutating func reserve(_ count: Int) {
        commands.reserveCapacity(count)
        items.reserveCapacity(count)
        ends.reserveCapacity(count)
    }

    mutating func add(_ command: Command, of item: Int) {
        commands.append(command)
        items.append(item)
        ends.append(commands.count)
    }

    mutating func add(_ own: [Command], of item: Int) {
        commands += own
        items.append(item)
        ends.append(commands.count)
    }

    /// The items of which every command was answered without an error. The outcomes of the others
    /// are set.
    func answers<Outcome: ItemOutcome>(
        in exchange: Exchange, _ outcomes: inout [Outcome]
    ) -> [ItemAnswer] {
        var answers: [ItemAnswer] = []
        answers.reserveCapacity(items.count)
        var start = 0
        for (place, item) in items.enumerated() {
            let range = start..<ends[place]
            start = range.upperBound
            let replies = exchange.replies[range]
            if let refusal = refusal(of: range, replies) {
                outcomes[item] = .failed(refusal)
            } else if !replies.contains(where: { $0 == nil }) {
                answers.append(ItemAnswer(item: item, replies: replies))
            } else if replies.contains(where: { $0 != nil })
                || range.contains(where: exchange.uncertain.contains)
            {
                outcomes[item] = .unknown
            }
        }
        return answers
    }

    private func refusal(of range: Range<Int>, _ replies: ArraySlice<Reply?>) -> StoreError? {
        for position in range {
            guard case .error(let error)? = replies[position] else { continue }
            let command = commands[position]
            return .refused(error, command: command.name, key: command.key)
        }
        return nil
    }
}

/// The replies to all commands of one item, none of them an error.
struct ItemAnswer {
    /// The item, by its place in the job.
    let item: Int
    fileprivate let replies: ArraySlice<Reply?>

    fileprivate init(item: Int, replies: ArraySlice<Reply?>) {
        self.item = item
        self.replies = replies
    }

    /// The reply to the item's command of this number, from 0.
    subscript(number: Int) -> Reply { replies[replies.startIndex + number] ?? .null }

    /// The reply to the only command.
    var reply: Reply { self[0] }

    var all: [Reply] { replies.compactMap(\.self) }
}

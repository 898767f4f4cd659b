import Redis

@testable import Layouts
@testable import TokenStore

/// What comes of one command, given by hand.
enum Answer: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    case reply(Reply)
    case null
    /// An error reply.
    case error(String)
    /// The connection broke before the command was sent.
    case unsent
    /// The connection broke after the command was sent.
    case uncertain

    init(integerLiteral value: Int64) { self = .reply(.integer(value)) }
    init(stringLiteral value: String) { self = .reply(.string(Array(value.utf8))) }
    init(arrayLiteral elements: Answer...) { self = .reply(.array(elements.compactMap(\.reply))) }

    var reply: Reply? {
        switch self {
        case .reply(let reply): reply
        case .null: .null
        case .error(let text): .error(ServerError(text))
        case .unsent, .uncertain: nil
        }
    }

    static let ok = Answer.reply(.status("OK"))
}

/// Drives a job without a Redis.
struct ScriptedRun<J: Job> {
    /// The commands of each exchange: their names and keys.
    private(set) var sent: [[String]] = []
    private(set) var result: Result<J.Outcome, StoreError>?

    static var failure: RedisError { .stalled(milliseconds: 1, cause: nil, ExchangeProgress()) }

    /// `answers` are those to each exchange that has commands; what follows a broken one is not sent.
    init(_ job: inout J, _ answers: [[Answer]]) {
        var answers = answers[...]
        var failure: RedisError?
        do throws(StoreError) {
            while let commands = try job.next() {
                guard failure == nil, !commands.isEmpty else {
                    try job.take(
                        failure.map { Exchange(unsent: commands.count, because: $0) }
                            ?? Exchange(count: 0))
                    continue
                }
                sent.append(commands.map(\.text))
                let exchange = Self.exchange(commands.count, answers.popFirst() ?? [])
                failure = exchange.failure
                try job.take(exchange)
            }
            result = .success(job.outcome)
        } catch {
            result = .failure(error)
        }
    }

    private static func exchange(_ count: Int, _ answers: [Answer]) -> Exchange {
        var exchange = Exchange(count: count)
        for position in 0..<count {
            let answer = position < answers.count ? answers[position] : .unsent
            exchange.replies[position] = answer.reply
            if answer.reply == nil { exchange.failure = failure }
            if case .uncertain = answer { exchange.uncertain.insert(position) }
        }
        return exchange
    }

}

extension Command {
    /// The name and the key.
    fileprivate var text: String {
        key.map { name + " " + String(decoding: $0, as: UTF8.self) } ?? name
    }
}

extension TokenStore {
    /// A store that is never connected.
    static func offline(_ layout: Layout) -> TokenStore {
        TokenStore(
            client: Client(target: RedisTarget(endpoint: .unix(path: "/nowhere"))), layout: layout,
            origin: .init(actor: "ann", host: "box"), trustsLayout: true)
    }
}

extension ServerClock {
    /// Second 1,000,000.
    static var fixed: ServerClock { ServerClock(milliseconds: 1_000_000_000) }
}

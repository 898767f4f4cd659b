import Foundation
import TestSupport
import Testing

/// Many players at once on one stage, and what the checker finds in what they have done.
struct Play {
    static let playerCount = 16

    let stage: Stage

    /// Runs all of it; `meanwhile` is called again and again until it is over.
    func run(meanwhile: () throws -> Void = { usleep(20_000) }) throws -> History {
        let stage = stage
        let players = (0..<Self.playerCount).map { number in
            let background = Background()
            background.start {
                var player = Player(number, on: stage)
                try player.play()
            }
            return background
        }
        while players.contains(where: \.isRunning) { try meanwhile() }
        for player in players { try player.wait() }
        try lookAtEverything()
        return stage.history
    }

    /// When all is quiet, every token and every list once more.
    private func lookAtEverything() throws {
        let service = Service(stage.nodes)
        try service.settle()
        func record(_ action: Action, _ outcome: () throws -> Outcome) throws {
            let start = Moment.now
            let outcome = try outcome()
            stage.record(
                Operation(
                    player: Self.playerCount, action: action, span: Span(start: start, end: .now),
                    outcome: outcome))
        }
        for token in stage.history.operations.compactMap(\.outcome.newToken) {
            try record(.look(token.id, .service)) { .seen(try service.look(at: token)) }
        }
        for user in stage.world.users {
            try record(.list(user: user, .service)) { .listed(try service.list(of: user)) }
        }
    }

    /// Runs it and expects it to keep every promise. Says what was done, and with which seed.
    func expectNoViolation(
        _ name: String, meanwhile: () throws -> Void = { usleep(20_000) }
    ) throws {
        let start = ContinuousClock.now
        let history = try run(meanwhile: meanwhile)
        let played = ContinuousClock.now - start
        let violations = Checker(history).violations()
        let kinds = Dictionary(grouping: violations, by: \.kind)
        print(
            "\(name): seed \(stage.seed), \(Summary(history)), \(stage.killCount) killed, "
                + "\(violations.count) violations; "
                + "played in \(played), checked in \(ContinuousClock.now - start - played)")
        for (kind, violations) in kinds {
            let excerpts = violations.prefix(3).map { $0.excerpt(of: history) }
            Issue.record(
                """
                \(name), seed \(stage.seed): \(violations.count) of \(kind)
                \(excerpts.joined(separator: "\n"))
                """)
        }
    }
}

/// What a history has in it, in numbers.
struct Summary: CustomStringConvertible {
    let description: String

    init(_ history: History) {
        var counts: [String: Int] = [:]
        for operation in history.operations {
            counts[Self.word(operation), default: 0] += 1
        }
        description = counts.sorted { $0.key < $1.key }.map { "\($1) \($0)" }
            .joined(separator: ", ")
    }

    private static func word(_ operation: Operation) -> String {
        let action = "\(operation.action)".prefix { $0 != "(" }
        let outcome = "\(operation.outcome)".prefix { $0 != "(" }
        return "\(action)-\(outcome)"
    }
}

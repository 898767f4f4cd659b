import Foundation
import TestSupport

/// One of those who issue, renew, revoke, restore, log out and look, all at random.
struct Player {
    private let number: Int
    private let stage: Stage
    private let service: Service
    private var random: SeededGenerator
    /// `verify --stream`, which has been running since the first token was shown to it.
    private var stream: RunningProcess?
    /// How long a process takes that waits for no clock, in microseconds.
    private var usualTime = 10_000.0

    init(_ number: Int, on stage: Stage) {
        self.number = number
        self.stage = stage
        service = Service(stage.nodes)
        random = SeededGenerator(seed: stage.seed &+ UInt64(number) &* 0x1_0000_0001)
    }

    /// Plays until all operations of the stage are done.
    mutating func play() throws {
        while stage.takesTurn() {
            let user = stage.world.user(&random)
            let token = stage.world.token(of: user, &random)
            try perform(action(on: token, of: user), token)
            // What was done is what every service sees from now on.
            if let token { try look(at: token) }
            if random.happens(0.3),
                let other = stage.world.token(of: stage.world.user(&random), &random)
            {
                try look(at: other)
            }
            if let token, random.happens(0.1) { try askStream(about: token) }
        }
    }

    private mutating func action(on held: HeldToken?, of user: String) -> Action {
        guard let id = held?.token.id else { return .issue(user: user) }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<18: return .issue(user: user)
        case 18..<30: return .renew(id)
        case 30..<42: return .revoke(id, .token)
        case 42..<50: return .revoke(id, .user)
        case 50..<55: return .revoke(id, .lifetime)
        case 55..<67: return .restore(id, .token)
        case 67..<71: return .restore(id, .user)
        case 71..<76: return .logout(user: user, keeping: nil)
        case 76..<80: return .logout(user: user, keeping: id)
        case 80..<90: return .look(id, .verify)
        case 90..<95: return .look(id, .status)
        default: return .list(user: user, .list)
        }
    }

    private mutating func perform(_ action: Action, _ held: HeldToken?) throws {
        var arguments = action.arguments(
            text: held?.text ?? "", user: held?.token.user ?? "")
        switch action {
        // A service of its own may have made it: nobody records it.
        case .issue: if random.happens(0.15) { arguments.insert("--no-record", at: 1) }
        // The id alone will do where the list has it.
        case .logout(_, let id?):
            if random.happens(0.5), let place = arguments.firstIndex(of: held?.text ?? "") {
                arguments[place] = id
            }
        default: break
        }
        let isToDie = random.happens(stage.killRate)
        let start = Moment.now
        let result = try isToDie ? runToDeath(action, arguments) : stage.run(arguments)
        var end = Moment.now
        let answer = Answer(result)
        let isKilled = isToDie && result.ending == .signal(Int(SIGKILL))
        let outcome =
            isKilled
            ? .unknown : answer.outcome(of: action, isForgiving: stage.isRedisMortal)
        if isKilled || answer.status == 8 {
            // What it had sent is carried out all the same.
            try service.settle()
            end = Moment.now
        }
        if !isToDie, case .issued = outcome {
            let time = Double(end.nanoseconds - start.nanoseconds) / 1000
            usualTime += (time - usualTime) / 4
        }
        record(action, Span(start: start, end: end), outcome)
        if !isKilled, let new = outcome.newToken, let text = answer.token {
            stage.world.add(HeldToken(token: new, text: text))
        }
    }

    private mutating func runToDeath(
        _ action: Action, _ arguments: [String]
    ) throws -> ProcessRunner.Result {
        let namesTarget =
            switch action {
            case .renew, .revoke, .restore, .logout: true
            case .issue, .look, .list: false
            }
        let isAfterTarget = namesTarget && random.happens(0.8)
        let part = Double.random(in: 0...(isAfterTarget ? 0.3 : 1.1), using: &random)
        return try stage.run(
            arguments, killedAfter: part * usualTime, ofTarget: isAfterTarget)
    }

    private func look(at held: HeldToken) throws {
        let start = Moment.now
        do {
            let sight = try service.look(at: held.token)
            record(
                .look(held.token.id, .service), Span(start: start, end: .now), .seen(sight))
        } catch  where stage.isRedisMortal {
            // It saw nothing.
        }
    }

    private mutating func askStream(about held: HeldToken) throws {
        let process = try stream ?? stage.start(["verify", "--stream"])
        stream = process
        let start = Moment.now
        process.send(held.text + "\n")
        guard let line = process.line(timeout: 30) else {
            throw TestSupportError("verify --stream does not answer")
        }
        let action = Action.look(held.token.id, .stream)
        record(
            action, Span(start: start, end: .now),
            Answer(line: line).outcome(of: action, isForgiving: stage.isRedisMortal))
    }

    private func record(_ action: Action, _ span: Span, _ outcome: Outcome) {
        stage.record(Operation(player: number, action: action, span: span, outcome: outcome))
    }
}

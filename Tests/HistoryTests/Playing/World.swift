import Synchronization
import TestSupport

/// A token with its text, which a history does not need.
struct HeldToken: Sendable {
    let token: Token
    let text: String
}

/// The users, and the tokens of theirs that are played with.
final class World: Sendable {
    let users: [String]
    private let held: Mutex<[String: [HeldToken]]>

    /// How many of a user's latest tokens are played with.
    private static let depth = 6

    /// Names among which some need an encoding, or look like a part of another's keys.
    init(userCount: Int) {
        users = (0..<userCount).map { number in
            switch number % 10 {
            case 3: "u{\(number)}"
            case 5: "u\(number):tokens"
            case 7: "ü \(number)%"
            default: "u\(number)"
            }
        }
        held = Mutex([:])
    }

    /// The first few are chosen as often as all the others together: there things collide.
    func user(_ random: inout SeededGenerator) -> String {
        let crowd = random.happens(0.5) ? users.prefix(8) : users[...]
        return crowd.randomElement(using: &random) ?? users[0]
    }

    func add(_ token: HeldToken) {
        held.withLock {
            var own = $0[token.token.user] ?? []
            own.append(token)
            $0[token.token.user] = own.suffix(Self.depth)
        }
    }

    func token(of user: String, _ random: inout SeededGenerator) -> HeldToken? {
        // The latest is the likeliest to be alive.
        let takesLast = random.happens(0.5)
        return held.withLock {
            takesLast ? $0[user]?.last : $0[user]?.randomElement(using: &random)
        }
    }
}

import TestSupport
import Testing

/// One class of attacks, and the tokens that try it.
enum Family: String, CaseIterable {
    case algorithmNone, keyConfusion, ecdsa, rsa, keyType, weakKey, embeddedKey, keyID, critical
    case serialisation, base64, json, time, claimType, claimMatch, duplicates, type, size, terminal

    var tokens: [HostileToken] {
        get throws {
            switch self {
            case .algorithmNone: try HeaderAttacks.algorithmNone()
            case .embeddedKey: try HeaderAttacks.embeddedKey()
            case .keyID: try HeaderAttacks.keyID()
            case .critical: try HeaderAttacks.critical()
            case .type: try HeaderAttacks.type()
            case .keyConfusion: try KeyAttacks.confusion()
            case .ecdsa: try KeyAttacks.ecdsa()
            case .rsa: try KeyAttacks.rsa()
            case .keyType: try KeyAttacks.keyType()
            case .weakKey: try KeyAttacks.weakKey()
            case .serialisation: try ShapeAttacks.serialisation()
            case .base64: try ShapeAttacks.base64()
            case .json: try ShapeAttacks.json()
            case .duplicates: try ShapeAttacks.duplicates()
            case .size: try ShapeAttacks.size()
            case .time: try ClaimAttacks.time()
            case .claimType: try ClaimAttacks.types()
            case .claimMatch: try ClaimAttacks.match()
            case .terminal: try ClaimAttacks.terminal()
            }
        }
    }

    /// How many there are, written down so that none gets lost.
    static let counts: [Family: Int] = [
        .algorithmNone: 99, .keyConfusion: 301, .ecdsa: 53, .rsa: 91, .keyType: 107, .weakKey: 52,
        .embeddedKey: 56, .keyID: 102, .critical: 29, .serialisation: 42, .base64: 62, .json: 122,
        .time: 97, .claimType: 99, .claimMatch: 75, .duplicates: 24, .type: 22, .size: 20,
        .terminal: 168,
    ]
}

@Suite(.programs) struct HostileTests {
    @Test(arguments: Family.allCases)
    func everyTokenGetsItsVerdict(family: Family) throws {
        let tokens = try family.tokens
        for token in tokens { try token.check() }
        #expect(tokens.count == Family.counts[family])
        // Without an accepted neighbour a class may be refused for the wrong reason.
        #expect(tokens.contains { $0.reason == nil })
        #expect(
            Set(tokens.map { Array($0.name.utf8) }).count == tokens.count, "two cases of one name")
        let controls = tokens.count { $0.reason == nil }
        print("hostile tokens, \(family): \(tokens.count), \(controls) of them controls")
    }

    @Test func noClassIsMissing() {
        let total = Family.counts.values.reduce(0, +)
        print("hostile tokens: \(total) in \(Family.counts.count) classes")
        #expect(Family.counts.count == Family.allCases.count && total >= 800)
    }
}

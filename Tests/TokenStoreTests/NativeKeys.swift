import Testing

@testable import TokenStore

/// The keys of the native layout, all of which are there.
struct NativeKeys {
    let tokens: [UInt8]
    let meta: [UInt8]
    let cutoff: [UInt8]
}

extension Layout {
    func nativeKeys(of user: Identifier) throws -> NativeKeys {
        let keys = try keys(of: user)
        return NativeKeys(
            tokens: try #require(keys.tokens), meta: try #require(keys.meta),
            cutoff: try #require(keys.cutoff))
    }

    func nativeDenyKey(_ id: Identifier) throws -> [UInt8] {
        try #require(try denyKey(TokenSubject(id: id, user: nil)))
    }

    func identifier(ofDenyKey key: [UInt8]) -> Identifier? {
        deny?.key.parse(key)?[.id].flatMap(Identifier.init(found:))
    }

    func user(ofTokensKey key: [UInt8]) -> Identifier? { list?.user(ofKey: key) }
}

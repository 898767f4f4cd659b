import Layouts
import Testing

/// The keys of the native layout, all of which are there.
package struct NativeKeys {
    package let tokens: [UInt8]
    package let meta: [UInt8]
    package let cutoff: [UInt8]
}

extension Layout {
    package func nativeKeys(of user: Identifier) throws -> NativeKeys {
        let keys = try keys(of: user)
        return NativeKeys(
            tokens: try #require(keys.tokens), meta: try #require(keys.meta),
            cutoff: try #require(keys.cutoff))
    }

    /// The key of a token's blacklist entry; nil for a layout without a blacklist.
    package func denyKey(_ subject: TokenSubject) throws -> [UInt8]? {
        try deny?.key.render(TemplateValues(subject))
    }

    /// The key of the cutoff for all users.
    package var globalCutoffKey: [UInt8]? { globalCutoff?.key.literal }

    package func nativeDenyKey(_ id: Identifier) throws -> [UInt8] {
        try #require(try denyKey(TokenSubject(id: id, user: nil)))
    }
}

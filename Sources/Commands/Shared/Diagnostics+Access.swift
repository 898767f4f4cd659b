internal import CommandKit
internal import Redis
internal import TokenStore

/// Rights that a Redis user lacks.
extension Diagnostics {
    /// The line that gives the right for want of which Redis refused.
    static func grant(_ error: ServerError, key: [UInt8]?) -> String {
        let user = VisibleText.escape(error.user ?? "USER", columns: 60)
        return "ACL SETUSER \(user) \(right(error.text, key))"
    }

    /// What has to stand after the user's name for what Redis refused in these words.
    static func right(_ text: String, _ key: [UInt8]?) -> String {
        // ACL DRYRUN names what is refused: `… to access the 'jwt:cutoff' key`.
        if text.contains(" channels") || text.contains(" a channel") || text.contains("' channel") {
            return "&\(namespace(of: key)):revoked"
        }
        if text.contains(" keys ") || text.contains(" access a key") || text.contains("' key") {
            return "~\(namespace(of: key)):*"
        }
        if let command = quotedCommand(in: text) { return "+\(command)" }
        // A script does not say which of its commands was refused.
        return Topics.grantedCommands.joined(separator: " ")
    }

    /// `client|setname` of `… to run the 'client|setname' command`.
    private static func quotedCommand(in text: String) -> String? {
        let parts = text.utf8.split(separator: UInt8(ascii: "'"))
        guard parts.count == 3 else { return nil }
        let name = String(parts[1]) ?? ""
        let isName = name.utf8.allSatisfy {
            (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || "|._-".utf8.contains($0)
        }
        return isName && !name.isEmpty ? name : nil
    }

    /// What stands before the first colon: no namespace has one.
    private static func namespace(of key: [UInt8]?) -> String {
        guard let key, let colon = key.firstIndex(of: UInt8(ascii: ":")) else {
            return Layout.defaultNamespace
        }
        return VisibleText.escape(Array(key[..<colon]))
    }
}

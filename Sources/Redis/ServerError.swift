/// An error reply: the server's text, and what it means.
package struct ServerError: Error, Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        case noAuth, wrongPassword, noPermission, wrongType, loading, readOnly, outOfMemory
        case misconfigured, noReplicas, clusterDown, masterDown, tryAgain, maxClients
        case unknownCommand, noAppendOnlyFile
        /// The slot has moved for good; `address` is the server's `host:port`.
        case moved(slot: Int, address: String)
        /// The slot is on the move: ask there, for this command only.
        case ask(slot: Int, address: String)
        case other
    }

    /// Untrusted text from the server: escape it before it reaches a terminal.
    package let text: String
    package let kind: Kind
    /// Of a refusal for want of a right, whom it concerns: old servers do not say it themselves.
    package internal(set) var user: String?

    package init(_ text: String) {
        self.text = text
        kind = Self.kind(of: text)
    }

    /// The first word, such as `WRONGTYPE`.
    package var code: String { String(text.prefix { $0 != " " }) }

    private static func kind(of text: String) -> Kind {
        let words = text.split(separator: " ", maxSplits: 3)
        switch words.first {
        case "NOAUTH": return .noAuth
        case "WRONGPASS": return .wrongPassword
        case "NOPERM": return .noPermission
        case "WRONGTYPE": return .wrongType
        case "LOADING": return .loading
        case "READONLY": return .readOnly
        case "OOM": return .outOfMemory
        case "MISCONF": return .misconfigured
        case "NOREPLICAS": return .noReplicas
        case "CLUSTERDOWN": return .clusterDown
        case "MASTERDOWN": return .masterDown
        case "TRYAGAIN": return .tryAgain
        case "MOVED", "ASK":
            guard words.count >= 3, let slot = Int(words[1]) else { return .other }
            let address = String(words[2])
            return words[0] == "ASK"
                ? .ask(slot: slot, address: address) : .moved(slot: slot, address: address)
        default: return kindOfPlainError(text)
        }
    }

    /// What a command of a script was refused for stands, before Redis 7.0, behind words of the
    /// script's: `ERR Error running script (call to f_…): @user_script:1: -READONLY You can't …`.
    private static func causeInScript(_ text: String) -> String? {
        guard text.hasPrefix("ERR Error running script (call to f_"),
            let end = text.utf8.firstIndex(of: UInt8(ascii: ")"))
        else { return nil }
        var rest = text.utf8[end...].dropFirst(3)
        let place = "@user_script:".utf8
        while rest.starts(with: place) {
            rest = rest.dropFirst(place.count)
                .drop { $0 == UInt8(ascii: " ") || (0x30...0x39).contains($0) }
                .dropFirst(2)
        }
        return String(rest.drop { $0 == UInt8(ascii: "-") })
    }

    /// What only the words after `ERR` tell.
    private static func kindOfPlainError(_ text: String) -> Kind {
        if text.hasPrefix("ERR max number of clients reached") { return .maxClients }
        if text.hasPrefix("ERR unknown command") { return .unknownCommand }
        if text.hasPrefix("ERR WAITAOF cannot be used when numlocal") { return .noAppendOnlyFile }
        // Before Redis 6 a wrong password has no code of its own.
        if text.hasPrefix("ERR invalid password") { return .wrongPassword }
        // Inside a script the ACL's refusal is worded differently, by 7.0 and by later servers.
        if text.hasPrefix("ERR The user executing the script")
            || text.hasPrefix("ERR ACL failure in script")
        {
            return .noPermission
        }
        if let cause = causeInScript(text) {
            // The same words as on 7.0, without its code.
            return cause.hasPrefix("The user executing the script")
                ? .noPermission : kind(of: cause)
        }
        return .other
    }
}

internal import Redis

extension TokenStore {
    /// Writes a blacklist entry where none stands, and has it live for the margin beyond `expiry`;
    /// the reply is null where one stood.
    ///
    /// Before Redis 6.2, SET cannot be told the second at which an entry ends, only how long it is
    /// to live from a moment that nobody here knows: there, and where the version is not known, a
    /// script does both. `knowsEnds` is whether the server has the newer form.
    func denyCommand(
        _ id: Identifier, _ value: [UInt8], until expiry: Expiry, knowsEnds: Bool
    ) -> Command {
        let key = layout.denyKey(id)
        guard let end = expiry.extended(by: margin).seconds else {
            return Command("SET", key: key, .bytes(value), "NX")
        }
        if knowsEnds {
            return Command("SET", key: key, .bytes(value), "EXAT", .integer(end), "NX")
        }
        return .eval(Script.deny, keys: [key], [.bytes(value), .integer(end)])
    }
}

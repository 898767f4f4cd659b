internal import Redis

extension TokenStore {
    /// Writes a blacklist entry where none stands, and has it live for the margin beyond `expiry`.
    ///
    /// Before Redis 6.2 an end cannot be said as a time, only as a lifetime from the moment when
    /// the server runs the command, which is later than `now`, Redis' clock. One second on top makes
    /// up for the difference between clocks and for its fractions: an entry may outlive its token
    /// by more than the margin, never by less. `knowsEnds` is whether the server has the newer form.
    func denyCommand(
        _ id: Identifier, _ value: [UInt8], until expiry: Expiry, now: Int64, knowsEnds: Bool
    ) -> Command {
        let key = layout.denyKey(id)
        guard let end = expiry.extended(by: margin).seconds else {
            return Command("SET", key: key, .bytes(value), "NX")
        }
        if knowsEnds {
            return Command("SET", key: key, .bytes(value), "EXAT", .integer(end), "NX")
        }
        return Command("SET", key: key, .bytes(value), "EX", .integer(max(end - now, 0) + 1), "NX")
    }
}

/// The ids of a stream's entries, `milliseconds-number`, and their neighbours: ranges that leave out
/// their end came only with Redis 6.2.
enum StreamPosition {
    /// The least id after `position`.
    static func following(_ position: String) -> String {
        guard let (time, number) = parts(position) else { return "(\(position)" }
        if number < .max { return "\(time)-\(number + 1)" }
        return time < .max ? "\(time + 1)-0" : "(\(position)"
    }

    /// The greatest id before `position`.
    static func preceding(_ position: String) -> String {
        guard let (time, number) = parts(position) else { return "(\(position)" }
        if number > 0 { return "\(time)-\(number - 1)" }
        return time > 0 ? "\(time - 1)-\(UInt64.max)" : "(\(position)"
    }

    private static func parts(_ position: String) -> (time: UInt64, number: UInt64)? {
        let parts = position.utf8.split(
            separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, let time = UInt64(Substring(parts[0])),
            let number = UInt64(Substring(parts[1]))
        else { return nil }
        return (time, number)
    }
}

/// Amounts of memory.
enum Bytes {
    /// `512 B`, `14 KiB`, `1.5 GiB`.
    static func words(_ count: Int64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var tenths = max(count, 0).multipliedReportingOverflow(by: 10).partialValue
        var unit = 0
        while tenths >= 10_240, unit < units.count - 1 {
            tenths /= 1024
            unit += 1
        }
        let fraction = tenths < 100 && unit > 0 && tenths % 10 > 0 ? ".\(tenths % 10)" : ""
        return "\(tenths / 10)\(fraction) \(units[unit])"
    }
}

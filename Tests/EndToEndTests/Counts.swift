import Foundation

/// The numbers of a bulk result.
struct Counts {
    private var values: [String: Int] = [:]

    init(_ json: String) {
        for line in json.split(separator: "\n") {
            let parts = line.split(separator: ":")
            guard parts.count == 2,
                let value = Int(parts[1].trimmingCharacters(in: .init(charactersIn: " ,")))
            else { continue }
            values[parts[0].trimmingCharacters(in: .init(charactersIn: " \""))] = value
        }
    }

    subscript(_ name: String) -> Int { values[name] ?? -1 }

    /// Of everything that `total` has to be.
    var sum: Int {
        [
            "revoked", "already_revoked", "expired", "not_found", "failed", "invalid", "unknown",
            "not_attempted",
        ].map { self[$0] }.reduce(0, +)
    }
}

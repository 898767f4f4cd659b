internal import JSON

/// Whether all slots of a Cluster are served.
enum ClusterSymptom: Symptom {
    case whole(primaries: Int)
    case unserved(slots: Int)

    var finding: Finding {
        switch self {
        case .whole(let primaries):
            Finding(
                .cluster, "whole", .ok,
                "all slots served by " + Count.words(primaries, "primary", "primaries"),
                data: ["primaries": .integer(Int64(primaries))])
        case .unserved(let slots):
            Finding(
                .cluster, "unserved_slots", .error, "no node serves \(slots) of 16384 slots",
                means: "Tokens with keys in these slots can be neither revoked nor checked.",
                remedy: "redis-cli --cluster check HOST:PORT",
                data: ["slots": .integer(Int64(slots))])
        }
    }
}

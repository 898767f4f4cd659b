internal import JSON

/// Whether all slots of a Cluster are served.
enum ClusterSymptom: Symptom {
    case whole(primaries: Int)
    case unserved(slots: Int)

    var finding: Finding {
        switch self {
        case .whole(let primaries):
            Finding(
                .cluster, "whole", .ok, "\(primaries) primaries serve all slots",
                data: ["primaries": .integer(Int64(primaries))])
        case .unserved(let slots):
            Finding(
                .cluster, "unserved_slots", .error, "nobody serves \(slots) of 16384 slots",
                means: "Tokens whose keys lie there can be neither revoked nor checked.",
                remedy: "redis-cli --cluster check HOST:PORT",
                data: ["slots": .integer(Int64(slots))])
        }
    }
}

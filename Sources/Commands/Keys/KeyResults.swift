internal import CommandKit
internal import JSON

/// What is said of each key of a file: an object where it holds one key, an array for a set.
struct KeyResults {
    private let console: Console
    private let isSet: Bool
    private var list: ResultList
    private var count = 0

    init(_ console: Console, isSet: Bool) {
        self.console = console
        self.isSet = isSet
        list = ResultList(console, columns: [])
    }

    /// Adds one key; `human` is what a person reads.
    mutating func append(_ value: JSONObject, id: String, human: () -> String) throws {
        defer { count += 1 }
        guard isSet, !console.options.format.isText || console.options.field != nil else {
            return try console.result(value, id: id, human: human)
        }
        try list.append(value, id: id, cells: [])
    }

    func finish() throws {
        guard isSet, !console.options.format.isText else { return }
        try list.finish(empty: "")
    }
}

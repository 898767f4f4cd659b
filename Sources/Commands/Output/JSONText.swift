internal import JSON

enum JSONText {
    /// A string as JSON, with its quotes.
    static func quoted(_ text: String) -> String {
        String(
            decoding: JSONValue.string(text).encoded(.compact, escaping: .visible), as: UTF8.self)
    }
}

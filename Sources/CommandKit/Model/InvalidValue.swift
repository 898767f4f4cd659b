/// Why a parse closure refuses the text of an option or operand.
package enum InvalidValue: Error, Equatable, Sendable {
    /// Completes "'TEXT' is not …", such as `a duration; write 15m, 12h or 30d`.
    case expected(String)
    /// The whole message, where "is not" does not fit. Must not repeat a secret.
    case message(String)
    /// The bytes are not UTF-8, so they are not text.
    case notUTF8
}

extension String {
    /// The text of an argument; `CommandLine` would silently repair what is not UTF-8.
    package init(argument bytes: [UInt8]) throws(InvalidValue) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        self = text
    }
}

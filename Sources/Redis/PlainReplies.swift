/// `+OK`, nearly all that a server says to a great many commands: counted, where it comes in a row,
/// instead of parsed.
struct PlainReplies {
    static let reply = Reply.status("OK")
    private static let text: StaticString = "+OK\r\n"

    /// Whole ones that nobody has asked for yet.
    private var count = 0
    /// Bytes of a next one, which may become another reply.
    private(set) var incompleteBytes = 0

    /// Takes one.
    mutating func pop() -> Bool {
        guard count > 0 else { return false }
        count -= 1
        return true
    }

    /// Takes all that is `+OK` from the beginning of `bytes`: how many bytes that were. Where
    /// something else follows, `given` bytes of the text, taken before, are part of it.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> (taken: Int, given: Int) {
        Self.text.withUTF8Buffer { text in
            var index = 0
            while index < bytes.count {
                guard unsafe bytes[index] == text[incompleteBytes] else {
                    defer { incompleteBytes = 0 }
                    return (index, incompleteBytes)
                }
                index += 1
                incompleteBytes += 1
                if incompleteBytes == text.count {
                    count += 1
                    incompleteBytes = 0
                }
            }
            return (index, 0)
        }
    }

    /// Lends the first `count` bytes of the text.
    static func withText<Failure: Error>(
        upTo count: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        try unsafe body(UnsafeRawBufferPointer(start: text.utf8Start, count: count))
    }
}

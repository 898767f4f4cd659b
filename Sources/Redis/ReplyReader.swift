internal import CHiredis
internal import Platform

/// The RESP parser of hiredis, with the limits that it lacks. After any error it is of no use.
///
/// Only the names that hiredis 0.14 and 1.x share are used; no pointer into its replies escapes.
@safe final class ReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private var limits = ReplyGuard()
    private var okays = PlainReplies()
    /// Whether hiredis has nothing that it could still answer.
    private var isDrained = true
    /// Milliseconds without a byte after which the caller gives up; nil where it waits for ever.
    private let timeout: Int64?
    /// When the last bytes came.
    private var lastFeed = Monotonic.now
    /// Milliseconds that the reply under way has been waited for.
    private var waited: Int64 = 0

    private init(owning reader: UnsafeMutablePointer<redisReader>, timeout: Int64?) {
        unsafe self.reader = reader
        self.timeout = timeout
    }

    deinit {
        unsafe redisReaderFree(reader)
    }

    /// A reader, after a proof that the headers and the library agree on a reply's layout.
    static func make(timeout: Int64? = nil) throws(RedisError) -> ReplyReader {
        guard let trial = unsafe redisReaderCreate() else { throw .incompatibleLibrary }
        let hasExpectedLayout = unsafe ReplyReader(owning: trial, timeout: timeout)
            .passesLayoutCheck()
        guard hasExpectedLayout, let reader = unsafe redisReaderCreate() else {
            throw .incompatibleLibrary
        }
        return unsafe ReplyReader(owning: reader, timeout: timeout)
    }

    /// hiredis 1.0 moved the fields of a reply. In both wrong pairings `len` reads as something
    /// other than 1, and only then may `str` be touched.
    private func passesLayoutCheck() -> Bool {
        let sample: [CChar] = Array("$1\r\nx\r\n".utf8.map { CChar(bitPattern: $0) })
        guard unsafe redisReaderFeed(reader, sample, sample.count) == REDIS_OK else { return false }
        var result: UnsafeMutableRawPointer?
        guard unsafe redisReaderGetReply(reader, &result) == REDIS_OK,
            let result = unsafe result
        else { return false }
        defer { unsafe freeReplyObject(result) }
        let reply = unsafe result.assumingMemoryBound(to: redisReply.self)
        guard unsafe reply.pointee.type == REDIS_REPLY_STRING, unsafe reply.pointee.len == 1,
            let text = unsafe reply.pointee.str
        else { return false }
        return unsafe text[0] == CChar(UInt8(ascii: "x"))
    }

    /// Bytes of a reply that is not complete yet.
    var incompleteBytes: Int { limits.incompleteBytes + okays.incompleteBytes }

    /// Takes bytes from the peer, at most 16 KiB at a time: hiredis moves its buffer per reply.
    func feed(_ bytes: UnsafeRawBufferPointer) throws(ReplyGuard.Fault) {
        let before = limits.completeCount
        try unsafe take(bytes)
        try note(isNewReply: incompleteBytes == 0 || limits.completeCount != before)
    }

    /// How many time-outs one reply may take as long as bytes arrive: 64 MB in small portions would
    /// be waited for for hours.
    private static let patience: Int64 = 16

    private func note(isNewReply: Bool) throws(ReplyGuard.Fault) {
        guard let timeout else { return }
        let now = Monotonic.now
        // Where the caller was away for longer, the server is not to blame.
        let pause = min((now.nanoseconds - lastFeed.nanoseconds) / 1_000_000, timeout)
        lastFeed = now
        waited = isNewReply ? 0 : waited + pause
        guard waited <= Self.patience * timeout else { throw .tooSlow }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) throws(ReplyGuard.Fault) {
        guard isDrained, limits.isBetweenReplies else { return try unsafe parse(bytes) }
        let (taken, given) = unsafe okays.take(bytes)
        if given > 0 { unsafe try PlainReplies.withText(upTo: given, parse) }
        if taken < bytes.count {
            try unsafe parse(UnsafeRawBufferPointer(rebasing: bytes[taken...]))
        }
    }

    private func parse(_ bytes: UnsafeRawBufferPointer) throws(ReplyGuard.Fault) {
        isDrained = false
        try unsafe limits.check(bytes)
        let status = unsafe redisReaderFeed(
            reader, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
        guard status == REDIS_OK else { throw .tooLarge(limit: ReplyGuard.byteLimit) }
    }

    /// The next complete reply, nil where more bytes are needed.
    func next() throws(ReplyGuard.Fault) -> Reply? {
        if okays.pop() { return PlainReplies.reply }
        if isDrained { return nil }
        var result: UnsafeMutableRawPointer?
        guard unsafe redisReaderGetReply(reader, &result) == REDIS_OK else {
            throw .peer(.malformed)
        }
        guard let result = unsafe result else {
            isDrained = true
            return nil
        }
        defer { unsafe freeReplyObject(result) }
        return unsafe try Self.copy(result.assumingMemoryBound(to: redisReply.self))
    }

    /// At most `ReplyGuard.depthLimit` levels deep.
    private static func copy(
        _ reply: UnsafeMutablePointer<redisReply>
    ) throws(ReplyGuard.Fault) -> Reply {
        switch unsafe reply.pointee.type {
        case REDIS_REPLY_STRING: return .string(unsafe Array(bytes(of: reply)))
        case REDIS_REPLY_STATUS:
            return unsafe .status(String(decoding: bytes(of: reply), as: UTF8.self))
        case REDIS_REPLY_ERROR:
            return unsafe .error(ServerError(String(decoding: bytes(of: reply), as: UTF8.self)))
        case REDIS_REPLY_INTEGER: return .integer(Int64(unsafe reply.pointee.integer))
        case REDIS_REPLY_NIL: return .null
        case REDIS_REPLY_ARRAY:
            let count = Int(unsafe reply.pointee.elements)
            var items: [Reply] = []
            items.reserveCapacity(count)
            for index in 0..<count {
                guard let item = unsafe reply.pointee.element?[index] else {
                    throw .peer(.malformed)
                }
                items.append(try unsafe copy(item))
            }
            return .array(items)
        default: throw .peer(.resp3)
        }
    }

    private static func bytes(of reply: UnsafeMutablePointer<redisReply>) -> UnsafeRawBufferPointer
    {
        unsafe UnsafeRawBufferPointer(
            start: reply.pointee.str, count: Int(reply.pointee.len))
    }
}

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

/// The version of hiredis, such as `1.1.0`.
package enum HiredisVersion {
    /// Of the headers the program was compiled with. The library cannot be asked, and a shared one of
    /// another version has another file name, so that the program would not start with it.
    package static var built: String {
        "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)"
    }
}

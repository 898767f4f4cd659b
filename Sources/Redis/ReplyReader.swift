internal import CHiredis
internal import Platform

/// The RESP parser of hiredis, with the limits that it lacks. It is unusable after any error.
///
/// Only names that hiredis 0.14 and 1.x share are used; no pointer into its replies escapes.
@safe final class ReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private var limits = RESPLimits()
    private var okays = OKCounter()
    /// Whether hiredis holds no whole reply.
    private var isDrained = true
    /// Milliseconds without a byte after which the caller gives up; nil where it waits for as long
    /// as it takes.
    private let timeout: Int64?
    /// When the last bytes came.
    private var lastFeed = Monotonic.now
    /// Milliseconds spent waiting for the reply under way.
    private var waited: Int64 = 0

    private init(owning reader: UnsafeMutablePointer<redisReader>, timeout: Int64?) {
        unsafe self.reader = reader
        self.timeout = timeout
    }

    deinit {
        unsafe redisReaderFree(reader)
    }

    /// A reader, after a check that the headers and the library agree on the layout of a reply.
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

    /// Takes bytes from the peer, at most 16 KiB at a time, because hiredis moves its buffer for each
    /// reply. Throws where they break a limit.
    func feed(_ bytes: UnsafeRawBufferPointer) throws(RESPLimits.Fault) {
        let before = limits.completeCount
        try unsafe take(bytes)
        try note(isNewReply: incompleteBytes == 0 || limits.completeCount != before)
    }

    /// The time-outs that one reply may take while bytes arrive: 64 MB in small portions would take
    /// hours.
    private static let timeoutsPerReply: Int64 = 16

    private func note(isNewReply: Bool) throws(RESPLimits.Fault) {
        guard let timeout else { return }
        let now = Monotonic.now
        // A longer pause is the caller's, not the server's.
        let pause = min((now.nanoseconds - lastFeed.nanoseconds) / 1_000_000, timeout)
        lastFeed = now
        waited = isNewReply ? 0 : waited + pause
        guard waited <= Self.timeoutsPerReply * timeout else { throw .tooSlow }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) throws(RESPLimits.Fault) {
        guard isDrained, limits.isBetweenReplies else { return try unsafe parse(bytes) }
        let (taken, given) = unsafe okays.take(bytes)
        if given > 0 { unsafe try OKCounter.withText(upTo: given, parse) }
        if taken < bytes.count {
            try unsafe parse(UnsafeRawBufferPointer(rebasing: bytes[taken...]))
        }
    }

    private func parse(_ bytes: UnsafeRawBufferPointer) throws(RESPLimits.Fault) {
        isDrained = false
        try unsafe limits.check(bytes)
        let status = unsafe redisReaderFeed(
            reader, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
        guard status == REDIS_OK else { throw .tooLarge(limit: RESPLimits.byteLimit) }
    }

    /// The next complete reply, nil where more bytes are needed.
    func next() throws(RESPLimits.Fault) -> Reply? {
        if okays.pop() { return OKCounter.reply }
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

    /// At most `RESPLimits.depthLimit` levels deep.
    private static func copy(
        _ reply: UnsafeMutablePointer<redisReply>
    ) throws(RESPLimits.Fault) -> Reply {
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

/// Counts `+OK` replies instead of parsing them: nearly every reply to a bulk of changes is one.
struct OKCounter {
    /// The reply that is counted.
    static let reply = Reply.status("OK")
    private static let text: StaticString = "+OK\r\n"

    /// Whole replies that were not popped yet.
    private var count = 0
    /// Bytes of the next reply, which agree with the text so far; it may still be another one.
    private(set) var incompleteBytes = 0

    /// Takes one counted reply; false where there is none.
    mutating func pop() -> Bool {
        guard count > 0 else { return false }
        count -= 1
        return true
    }

    /// Takes every `+OK` at the beginning of `bytes`, and returns the number of bytes `taken`. If
    /// another reply follows, its first bytes may have been taken for a `+OK` already: they are the
    /// first `given` bytes of the text.
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
    /// The version of the headers that the program was compiled with. The library cannot be asked. A
    /// shared library of another version has another file name, and the program would not start.
    package static var built: String {
        "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)"
    }
}

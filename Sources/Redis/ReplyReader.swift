internal import CHiredis
internal import Platform

/// The RESP parser of hiredis with the limits that it lacks. After any error it is unusable.
///
/// Bytes pass through `RESPLimits` before hiredis sees them. A run of `+OK` does not reach hiredis
/// at all: `OKCounter` counts it. Only names that hiredis 0.14 and 1.x share are used, and replies
/// are copied, so no pointer into memory of hiredis escapes.
@safe final class ReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private var limits = RESPLimits()
    /// Counts `+OK` between replies that hiredis parses.
    private var okays = OKCounter()
    /// Whether hiredis has no whole reply left.
    private var isDrained = true
    /// The caller's time-out in milliseconds, for the limit of a single reply; nil for no limit.
    private let timeout: Int64?
    /// When the last bytes came.
    private var lastFeed = Monotonic.now
    /// The milliseconds spent waiting for the reply under way.
    private var waited: Int64 = 0

    private init(owning reader: UnsafeMutablePointer<redisReader>, timeout: Int64?) {
        unsafe self.reader = reader
        self.timeout = timeout
    }

    deinit {
        unsafe redisReaderFree(reader)
    }

    /// A reader. Throws `.incompatibleLibrary` where the headers that the program was built with
    /// and the library that was loaded disagree on the layout of a reply, or memory is short.
    static func make(timeout: Int64? = nil) throws(RedisError) -> ReplyReader {
        guard let trial = unsafe redisReaderCreate() else { throw .incompatibleLibrary }
        let hasExpectedLayout = unsafe ReplyReader(owning: trial, timeout: timeout)
            .passesLayoutCheck()
        guard hasExpectedLayout, let reader = unsafe redisReaderCreate() else {
            throw .incompatibleLibrary
        }
        return unsafe ReplyReader(owning: reader, timeout: timeout)
    }

    /// Parses a sample reply. hiredis 1.0 moved the fields of `redisReply`: with headers of one
    /// side and the library of the other, `len` reads as something other than 1. Only after that
    /// check may `str` be followed.
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

    /// The bytes so far of a reply that is not complete; 0 between replies.
    var incompleteBytes: Int { limits.incompleteBytes + okays.incompleteBytes }

    /// Takes bytes from the peer, at most 16 KiB at a time, because hiredis moves its buffer after
    /// each reply. Throws where they exceed a limit, are not RESP2, or one reply takes too long.
    func feed(_ bytes: UnsafeRawBufferPointer) throws(RESPLimits.Fault) {
        let before = limits.completeCount
        try unsafe take(bytes)
        try noteTime(completedBefore: before)
    }

    /// The number of time-outs that a single reply may take while its bytes keep arriving: 64 MB in
    /// small portions would take hours.
    private static let timeoutsPerReply: Int64 = 16

    /// Adds up the waiting for the reply under way. Starts anew if a reply was completed since the
    /// count was `completedBefore`.
    private func noteTime(completedBefore: Int) throws(RESPLimits.Fault) {
        guard let timeout else { return }
        let now = Monotonic.now
        // A pause longer than the time-out is one of the caller, who was not waiting for the
        // server.
        let pause = min((now.nanoseconds - lastFeed.nanoseconds) / 1_000_000, timeout)
        lastFeed = now
        let isNewReply = incompleteBytes == 0 || limits.completeCount != completedBefore
        waited = isNewReply ? 0 : waited + pause
        guard waited <= Self.timeoutsPerReply * timeout else { throw .tooSlow }
    }

    /// Counts `+OK` replies where a reply begins, and gives the rest to hiredis, with the bytes
    /// that were counted too early.
    private func take(_ bytes: UnsafeRawBufferPointer) throws(RESPLimits.Fault) {
        guard isDrained, limits.isBetweenReplies else { return try unsafe parse(bytes) }
        let (taken, given) = unsafe okays.take(bytes)
        if given > 0 { unsafe try OKCounter.withText(upTo: given, parse) }
        if taken < bytes.count {
            try unsafe parse(UnsafeRawBufferPointer(rebasing: bytes[taken...]))
        }
    }

    /// Checks the limits, then gives the bytes to hiredis.
    private func parse(_ bytes: UnsafeRawBufferPointer) throws(RESPLimits.Fault) {
        isDrained = false
        try unsafe limits.check(bytes)
        let status = unsafe redisReaderFeed(
            reader, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
        guard status == REDIS_OK else { throw .tooLarge(limit: RESPLimits.byteLimit) }
    }

    /// The next complete reply; nil where more bytes are needed.
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

    /// Copies a reply of hiredis, which stays the owner of `reply`. Recursion is at most
    /// `RESPLimits.depthLimit` levels deep.
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

    /// The text of a reply, borrowed from hiredis.
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
    /// The reply in RESP.
    private static let text: StaticString = "+OK\r\n"

    /// The whole replies that were not popped yet.
    private var count = 0
    /// The first bytes of the next reply that agree with the text so far. It may turn out to be
    /// another reply.
    private(set) var incompleteBytes = 0

    /// Removes one counted reply. Returns false if there is none.
    mutating func pop() -> Bool {
        guard count > 0 else { return false }
        count -= 1
        return true
    }

    /// Takes every `+OK` at the beginning of `bytes`. Returns the number of bytes `taken`, and the
    /// number of bytes `given` back: if the reply that follows is another one, its first bytes may
    /// already have been counted as the beginning of a `+OK`, and these are the first `given` bytes
    /// of the text.
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

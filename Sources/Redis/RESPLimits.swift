/// Follows the framing of RESP2 ahead of hiredis, which has no limits of its own: the 13 bytes of
/// `*2000000000` make it allocate 16 GB, and it buffers a line without an end until memory is full.
///
/// It is a state machine that sees every byte once and keeps nothing of the content.
struct RESPLimits {
    /// Why a stream of replies is refused.
    enum Fault: Error, Equatable {
        /// More than `limit` bytes or elements.
        case tooLarge(limit: Int)
        /// One reply took longer than any reply that makes progress.
        case tooSlow
        /// The bytes are not RESP2.
        case peer(RedisError.Peer)
    }

    /// The bytes of one whole reply, nested replies included.
    static let byteLimit = 64 << 20
    /// The bytes of a line that begins with `+`, `-` or `:`. hiredis searches for its end from the
    /// start again with each portion that arrives, so a line without an end would take minutes.
    static let lineLimit = 1 << 16
    /// The elements of one whole reply, as announced.
    static let elementLimit = 4 << 20
    /// The levels of nested arrays. hiredis 0.14 accepts 8, and 1.x before 1.4.1 has no limit and
    /// could overflow its stack.
    static let depthLimit = 8

    /// The position in a reply.
    private enum State {
        /// Before the type byte of a reply or an element.
        case type
        /// Inside the text of `+`, `-` or `:`.
        case line
        /// Inside the number after `$` or `*`.
        case length(Sized)
        /// Inside a bulk string with `left` more bytes.
        case bulk(left: Int)
        /// After a bulk string, before this character of its line end. hiredis skips the line end
        /// without a check: if other bytes are there, the length was wrong, and every following
        /// reply would be misread.
        case bulkEnd(Unicode.Scalar)
    }

    /// The types that begin with a number: of bytes, or of elements.
    private enum Sized {
        case bulkString, array
    }

    private var state = State.type
    /// Whether nothing has arrived yet: only the first byte can reveal HTTP or TLS.
    private var atStart = true
    /// The bytes of the reply so far.
    private var byteCount = 0
    /// The number of whole replies so far.
    private(set) var completeCount = 0
    /// The announced elements of the reply so far, over all its arrays.
    private var elementCount = 0
    /// The elements still to come, for each open array.
    private var open: [Int] = []
    /// The byte count at which the line began.
    private var lineStart = 0
    /// The length that is being read: its value, digits and sign.
    private var number = 0
    private var digits = 0
    private var isNegative = false

    /// The bytes so far of a reply that is not complete; 0 between replies.
    var incompleteBytes: Int { byteCount }

    /// Whether the next byte begins a reply that is not the first one.
    var isBetweenReplies: Bool { byteCount == 0 && !atStart }

    /// Follows the framing through `bytes`. Throws where they exceed a limit or are not RESP2.
    mutating func check(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
        var index = 0
        while index < bytes.count {
            if case .bulk(let left) = state {
                let step = min(left, bytes.count - index)
                index += step
                byteCount += step
                state = step == left ? .bulkEnd("\r") : .bulk(left: left - step)
                continue
            }
            let byte = unsafe bytes[index]
            index += 1
            byteCount += 1
            guard byteCount <= Self.byteLimit else { throw .tooLarge(limit: Self.byteLimit) }
            try step(byte)
        }
    }

    /// Takes one byte outside of bulk strings.
    private mutating func step(_ byte: UInt8) throws(Fault) {
        switch state {
        case .type: try begin(byte)
        case .line:
            if byte == UInt8(ascii: "\n") { return finishElement() }
            guard byteCount - lineStart <= Self.lineLimit else {
                throw .tooLarge(limit: Self.lineLimit)
            }
        case .length(let type): try takeLength(byte, of: type)
        case .bulkEnd(let wanted):
            guard byte == wanted.value else { throw .peer(.malformed) }
            if wanted == "\n" { finishElement() } else { state = .bulkEnd("\n") }
        case .bulk: preconditionFailure("skipped by the caller")
        }
    }

    /// Takes the type byte of a reply or element. At the very start, `H` is the beginning of an
    /// HTTP answer, and 0x15 that of a TLS alert record (RFC 8446, section 5.1).
    private mutating func begin(_ byte: UInt8) throws(Fault) {
        switch Unicode.Scalar(byte) {
        case "+", "-", ":":
            state = .line
            lineStart = byteCount
        case "$", "*":
            state = .length(byte == UInt8(ascii: "*") ? .array : .bulkString)
            (number, digits, isNegative) = (0, 0, false)
        case "H" where atStart: throw .peer(.http)
        case "\u{15}" where atStart: throw .peer(.tls)
        case "%", "~", ">", "_", ",", "#", "(", "!", "=", "|": throw .peer(.resp3)
        default: throw .peer(.unknown(byte))
        }
        atStart = false
    }

    /// Takes one byte of the number after `$` or `*`. 12 digits exceed every limit and cannot
    /// overflow.
    private mutating func takeLength(_ byte: UInt8, of type: Sized) throws(Fault) {
        switch byte {
        case 0x30...0x39:
            digits += 1
            guard digits <= 12 else { throw .tooLarge(limit: Self.byteLimit) }
            number = number * 10 + Int(byte - 0x30)
        case UInt8(ascii: "-") where digits == 0 && !isNegative: isNegative = true
        case UInt8(ascii: "\r") where digits > 0: break
        case UInt8(ascii: "\n") where digits > 0: try endLength(of: type)
        default: throw .peer(.malformed)
        }
    }

    /// Judges a complete length. -1 is the null reply, which has no content.
    private mutating func endLength(of type: Sized) throws(Fault) {
        if isNegative {
            guard number == 1 else { throw .peer(.malformed) }
            return finishElement()
        }
        guard type == .array else {
            guard byteCount + number <= Self.byteLimit else {
                throw .tooLarge(limit: Self.byteLimit)
            }
            state = .bulk(left: number)
            return
        }
        elementCount += number
        guard elementCount <= Self.elementLimit else {
            throw .tooLarge(limit: Self.elementLimit)
        }
        if number == 0 { return finishElement() }
        open.append(number)
        guard open.count <= Self.depthLimit else { throw .peer(.malformed) }
        state = .type
    }

    /// Ends an element, and with the last element of an array the array itself.
    private mutating func finishElement() {
        state = .type
        while let left = open.popLast() {
            if left > 1 {
                open.append(left - 1)
                return
            }
        }
        byteCount = 0
        elementCount = 0
        completeCount &+= 1
    }
}

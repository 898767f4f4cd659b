/// Follows the framing of RESP2 ahead of hiredis, which has no limits of its own: 13 bytes of
/// `*2000000000` make it allocate 16 GB, and it buffers a line without an end until memory is full.
struct RESPLimits {
    /// Why a stream of replies is refused.
    enum Fault: Error, Equatable {
        /// The limit in bytes or elements.
        case tooLarge(limit: Int)
        /// One reply takes longer than any reply that makes progress.
        case tooSlow
        case peer(RedisError.Peer)
    }

    /// Bytes of one whole reply, nested replies included.
    static let byteLimit = 64 << 20
    /// Bytes of a line, `+`, `-` or `:`. hiredis searches for its end from the beginning with each
    /// portion that arrives, so a line without an end would take minutes.
    static let lineLimit = 1 << 16
    /// Elements of one whole reply, as announced.
    static let elementLimit = 4 << 20
    /// hiredis 0.14 takes 8 levels; 1.x before 1.4.1 would overflow its stack.
    static let depthLimit = 8

    private enum State {
        /// At the type byte of a reply or element.
        case type
        /// Inside the text of `+`, `-` or `:`.
        case line
        /// Inside the number of `$` or `*`.
        case length(isArray: Bool)
        /// Inside a bulk string, this many bytes before its end.
        case bulk(left: Int)
        /// After a bulk string. hiredis skips its CRLF without looking: with other bytes there, the
        /// length was wrong, and every following reply would be misread.
        case bulkEnd(Unicode.Scalar)
    }

    private var state = State.type
    private var atStart = true
    private var byteCount = 0
    /// Whole replies so far.
    private(set) var completeCount = 0
    private var elementCount = 0
    /// Elements still to come, per open array.
    private var open: [Int] = []
    private var lineStart = 0
    private var number = 0
    private var digits = 0
    private var isNegative = false

    /// Bytes of a reply that is not complete yet; 0 between replies.
    var incompleteBytes: Int { byteCount }

    /// Whether a reply begins with the next byte, and is not the first.
    var isBetweenReplies: Bool { byteCount == 0 && !atStart }

    /// Follows the framing through `bytes`; throws where they break a limit or are not RESP2.
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

    private mutating func step(_ byte: UInt8) throws(Fault) {
        switch state {
        case .type: try begin(byte)
        case .line:
            if byte == UInt8(ascii: "\n") { return finishElement() }
            guard byteCount - lineStart <= Self.lineLimit else {
                throw .tooLarge(limit: Self.lineLimit)
            }
        case .length(let isArray): try takeLength(byte, isArray: isArray)
        case .bulkEnd(let wanted):
            guard byte == wanted.value else { throw .peer(.malformed) }
            if wanted == "\n" { finishElement() } else { state = .bulkEnd("\n") }
        case .bulk: preconditionFailure("skipped by the caller")
        }
    }

    private mutating func begin(_ byte: UInt8) throws(Fault) {
        switch Unicode.Scalar(byte) {
        case "+", "-", ":":
            state = .line
            lineStart = byteCount
        case "$", "*":
            state = .length(isArray: byte == UInt8(ascii: "*"))
            (number, digits, isNegative) = (0, 0, false)
        case "H" where atStart: throw .peer(.http)
        case "\u{15}" where atStart: throw .peer(.tls)
        case "%", "~", ">", "_", ",", "#", "(", "!", "=", "|": throw .peer(.resp3)
        default: throw .peer(.unknown(byte))
        }
        atStart = false
    }

    private mutating func takeLength(_ byte: UInt8, isArray: Bool) throws(Fault) {
        switch byte {
        case 0x30...0x39:
            digits += 1
            guard digits <= 12 else { throw .tooLarge(limit: Self.byteLimit) }
            number = number * 10 + Int(byte - 0x30)
        case UInt8(ascii: "-") where digits == 0 && !isNegative: isNegative = true
        case UInt8(ascii: "\r") where digits > 0: break
        case UInt8(ascii: "\n") where digits > 0: try endLength(isArray: isArray)
        default: throw .peer(.malformed)
        }
    }

    private mutating func endLength(isArray: Bool) throws(Fault) {
        if isNegative {
            guard number == 1 else { throw .peer(.malformed) }
            return finishElement()
        }
        guard isArray else {
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

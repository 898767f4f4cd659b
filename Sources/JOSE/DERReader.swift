/// Walks over DER (X.690), as far as is needed to tell structures apart. OpenSSL reads the keys.
struct DERReader {
    /// One element: its tag byte, and where its content lies.
    struct Element {
        let tag: UInt8
        let content: Range<Int>
    }

    enum Tag {
        static let integer: UInt8 = 0x02
        static let bitString: UInt8 = 0x03
        static let octetString: UInt8 = 0x04
        static let objectIdentifier: UInt8 = 0x06
        static let sequence: UInt8 = 0x30
    }

    private var position: Int
    private let end: Int

    /// The elements of `range`, one after the other.
    init(_ range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next element; `nil` at the end, and where the bytes are no DER of a definite length.
    mutating func next(in bytes: Span<UInt8>) -> Element? {
        guard position + 2 <= end else { return nil }
        let tag = bytes[position]
        // X.690 section 8.1.3: lengths from 128 on say first how many bytes they have.
        let first = bytes[position + 1]
        let lengthByteCount = first < 0x80 ? 0 : Int(first & 0x7F)
        let start = position + 2 + lengthByteCount
        guard lengthByteCount <= 3, first != 0x80, start <= end else { return nil }
        var length = lengthByteCount == 0 ? Int(first) : 0
        for offset in position + 2..<start { length = length << 8 | Int(bytes[offset]) }
        guard start + length <= end else { return nil }
        position = start + length
        return Element(tag: tag, content: start..<position)
    }

    /// All elements, at most `limit`; `nil` where something is no DER.
    mutating func all(in bytes: Span<UInt8>, limit: Int = 16) -> [Element]? {
        var elements: [Element] = []
        while position < end {
            guard elements.count < limit, let element = next(in: bytes) else { return nil }
            elements.append(element)
        }
        return elements
    }

    /// The elements of the one SEQUENCE that `bytes` is, from its first byte to its last.
    static func sequence(_ bytes: Span<UInt8>) -> [Element]? {
        var reader = DERReader(0..<bytes.count)
        guard let whole = reader.next(in: bytes), whole.tag == Tag.sequence,
            whole.content.upperBound == bytes.count
        else { return nil }
        var members = DERReader(whole.content)
        return members.all(in: bytes)
    }
}

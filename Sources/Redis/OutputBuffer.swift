internal import Glibc
internal import Platform

/// Encoded commands that wait to be written to the socket.
///
/// Passwords pass through it, so it manages its own memory and wipes what it outgrows or frees.
@safe final class OutputBuffer {
    private var storage = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
    /// The waiting bytes are those from `start` up to `end`.
    private var start = 0
    private var end = 0

    deinit {
        unsafe Self.release(storage)
    }

    /// The number of bytes that wait to be written.
    var count: Int { end - start }

    /// Appends `command` in RESP: an array of bulk strings, each with its length.
    func append(_ command: Command) {
        appendHeader("*", command.arguments.count)
        for argument in command.arguments {
            switch argument {
            case .bytes(let content): appendBulk(content.span)
            case .text(let text): appendBulk(text)
            case .integer(let number): appendBulk(number)
            }
        }
    }

    /// Appends `*N` or `$N` and a line end.
    func appendHeader(_ type: Unicode.Scalar, _ count: Int) {
        reserve(Self.longestHeader)
        put(UInt8(ascii: type))
        putDecimal(UInt64(count))
        putLineEnd()
    }

    /// Appends a bulk string: `$N`, the bytes, and a line end.
    func appendBulk(_ text: String) {
        appendBulk(text.utf8Span.span)
    }

    /// Appends a secret without any copy outside this buffer. Call `wipe()` once it has been sent.
    func appendBulk(_ secret: SecretBytes) {
        secret.withSpan { appendBulk($0) }
    }

    private func appendBulk(_ content: Span<UInt8>) {
        appendHeader("$", content.count)
        reserve(content.count + 2)
        unsafe content.withUnsafeBytes { bytes in
            unsafe UnsafeMutableRawBufferPointer(rebasing: storage[end...]).copyMemory(from: bytes)
        }
        end += content.count
        putLineEnd()
    }

    private func appendBulk(_ number: Int64) {
        appendHeader("$", Self.digitCount(number.magnitude) + (number < 0 ? 1 : 0))
        reserve(Self.longestHeader)
        if number < 0 { put(UInt8(ascii: "-")) }
        putDecimal(number.magnitude)
        putLineEnd()
    }

    /// Lends the waiting bytes to `body`, which must not keep the pointer.
    func withPending<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe body(UnsafeRawBufferPointer(rebasing: storage[start..<end]))
    }

    /// Removes the first `count` bytes, which the socket has taken.
    func consume(_ count: Int) {
        precondition(count <= self.count)
        start += count
        if start == end { (start, end) = (0, 0) }
    }

    /// Overwrites all memory with zeros and forgets the waiting bytes.
    func wipe() {
        unsafe Self.wipe(storage)
        (start, end) = (0, 0)
    }

    /// A length that is enough for a type, the digits of any 64-bit number with its sign, and a
    /// line end.
    private static let longestHeader = 24

    /// Makes room for `count` more bytes.
    private func reserve(_ count: Int) {
        if unsafe storage.count - end < count { makeRoom(count) }
    }

    /// Moves the waiting bytes to the front if that frees half of the memory, else into larger
    /// memory.
    private func makeRoom(_ wanted: Int) {
        let waiting = unsafe UnsafeRawBufferPointer(rebasing: storage[start..<end])
        let size = unsafe max(storage.count, 2 * (count + wanted))
        if unsafe size == storage.count {
            unsafe storage.copyMemory(from: waiting)
        } else {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
            unsafe larger.copyMemory(from: waiting)
            unsafe Self.release(storage)
            unsafe storage = larger
        }
        (start, end) = (0, count)
    }

    /// Wipes and frees `storage`.
    private static func release(_ storage: UnsafeMutableRawBufferPointer) {
        unsafe wipe(storage)
        unsafe storage.deallocate()
    }

    private static func wipe(_ storage: UnsafeMutableRawBufferPointer) {
        if let base = storage.baseAddress { unsafe explicit_bzero(base, storage.count) }
    }

    // MARK: After `reserve`

    private func put(_ byte: UInt8) {
        unsafe storage[end] = byte
        end += 1
    }

    private func putLineEnd() {
        put(0x0d)
        put(0x0a)
    }

    /// Writes a number in decimal. Numbers of one and two digits have a path of their own, since
    /// nearly all lengths are that short.
    private func putDecimal(_ number: UInt64) {
        if number < 100 {
            if number >= 10 { put(0x30 + UInt8(number / 10)) }
            put(0x30 + UInt8(number % 10))
            return
        }
        let count = Self.digitCount(number)
        var rest = number
        for place in stride(from: end + count - 1, through: end, by: -1) {
            unsafe storage[place] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
        end += count
    }

    private static func digitCount(_ number: UInt64) -> Int {
        var count = 1
        var rest = number / 10
        while rest > 0 {
            count += 1
            rest /= 10
        }
        return count
    }
}

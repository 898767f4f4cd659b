internal import Platform

/// Encoded commands on their way to the socket.
struct OutputBuffer {
    private var bytes: [UInt8] = []
    private var start = 0

    /// How many bytes wait to be written.
    var count: Int { bytes.count - start }

    /// Appends `command` in RESP: every argument with its length, whatever it contains.
    mutating func append(_ command: Command) {
        appendHeader("*", command.arguments.count)
        for argument in command.arguments {
            switch argument {
            case .bytes(let content): appendBulk(content)
            case .text(let text): appendBulk(text.utf8)
            case .integer(let number): appendBulk(String(number).utf8)
            }
        }
    }

    /// `*N` or `$N`.
    mutating func appendHeader(_ type: Unicode.Scalar, _ count: Int) {
        bytes.append(UInt8(ascii: type))
        appendDecimal(count)
        appendLineEnd()
    }

    /// Lengths are most of what is written in bulk: nearly all have one or two digits.
    private mutating func appendDecimal(_ number: Int) {
        if number >= 100 {
            bytes.append(contentsOf: String(number).utf8)
            return
        }
        if number >= 10 { bytes.append(UInt8(0x30 + number / 10)) }
        bytes.append(UInt8(0x30 + number % 10))
    }

    mutating func appendBulk(_ content: some Collection<UInt8>) {
        appendHeader("$", content.count)
        bytes.append(contentsOf: content)
        appendLineEnd()
    }

    /// Appends a secret without a copy beside this buffer; `wipe()` it once it has been sent.
    mutating func appendBulk(_ secret: SecretBytes) {
        appendHeader("$", secret.count)
        unsafe secret.withBytes { unsafe bytes.append(contentsOf: $0) }
        appendLineEnd()
    }

    /// Makes room, so that a secret is not left behind in a buffer that was outgrown.
    mutating func reserve(_ capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    private mutating func appendLineEnd() {
        bytes.append(0x0d)
        bytes.append(0x0a)
    }

    /// Lends what waits to be written.
    func withPending<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe bytes.withUnsafeBytes { all in
            unsafe body(UnsafeRawBufferPointer(rebasing: all[start...]))
        }
    }

    /// The socket has taken `count` bytes.
    mutating func consume(_ count: Int) {
        start += count
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            start = 0
        } else if start > bytes.count / 2 {
            bytes.removeFirst(start)
            start = 0
        }
    }

    /// Overwrites and forgets everything.
    mutating func wipe() {
        bytes.append(contentsOf: repeatElement(0, count: bytes.capacity - bytes.count))
        for index in bytes.indices { bytes[index] = 0 }
        bytes.removeAll(keepingCapacity: true)
        start = 0
    }
}

internal import JOSE
internal import Platform

/// Some lines of input in one piece of memory, so that many cost no more than few.
struct LineBatch: Sendable {
    /// More than any token with everything that may stand around it.
    static let lineLimit = CompactToken.maximumByteCount + 4096

    /// Enough to share a round trip or to be worth handing to another thread; as a limit on lines,
    /// it bounds what blank ones can grow to when each is answered.
    private static let lineCount = 256
    private static let byteCount = 64 * 1024

    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    var count: Int { ends.count }

    /// The bytes of a line, without its end; an over-long line is an empty one.
    subscript(_ index: Int) -> ArraySlice<UInt8> {
        bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
    }

    /// Takes the next line, waiting for it, and all that can be had without waiting. False at the
    /// end of the input.
    mutating func fill(from input: InputStream) throws(InputError) -> Bool {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        repeat {
            guard try input.appendLine(to: &bytes, limit: Self.lineLimit) != nil else { break }
            ends.append(bytes.count)
        } while count < Self.lineCount && bytes.count < Self.byteCount && input.hasBufferedLine
        return !ends.isEmpty
    }
}

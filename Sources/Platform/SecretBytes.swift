internal import Glibc
internal import Synchronization

/// A key or password in memory, which is kept out of swap if the limit allows, left out of core
/// files, and wiped when it is released.
///
/// Each secret has pages of its own. Locks on pages do not nest, so `munlock` for one secret would
/// unlock others on the same page.
///
/// This module never copies the bytes into a `String` or an array. Callers borrow them in `withSpan`,
/// or for C in `withBytes`, whose pointer they must not let escape.
@safe package final class SecretBytes {
    /// The memory, of which the first `count` bytes are the secret.
    private let storage: UnsafeMutableRawBufferPointer

    /// The size of the secret in bytes.
    package let count: Int

    /// A secret of at most `capacity` bytes. `fill` writes it, and returns the number of bytes.
    package init<Failure: Error>(
        capacity: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        let storage = unsafe Self.allocate(max(capacity, 1))
        unsafe self.storage = storage
        do throws(Failure) {
            count = try unsafe fill(UnsafeMutableRawBufferPointer(rebasing: storage[..<capacity]))
        } catch {
            unsafe Self.release(storage)
            throw error
        }
    }

    /// A copy of borrowed bytes.
    package convenience init(copying bytes: Span<UInt8>) {
        unsafe self.init(capacity: bytes.count) { target in
            for position in 0..<bytes.count { unsafe target[position] = bytes[position] }
            return bytes.count
        }
    }

    /// A copy of `bytes`. The caller wipes its own copy.
    package convenience init(copying bytes: some Collection<UInt8>) {
        unsafe self.init(capacity: bytes.count) { target in
            unsafe target.copyBytes(from: bytes)
            return bytes.count
        }
    }

    /// A copy without one LF or CRLF at the end, which an editor or a terminal has added.
    package func withoutFinalNewline() -> SecretBytes {
        unsafe withBytes { bytes in
            var count = bytes.count
            if count > 0, unsafe bytes[count - 1] == 0x0A { count -= 1 }
            if count < bytes.count, count > 0, unsafe bytes[count - 1] == 0x0D { count -= 1 }
            return unsafe SecretBytes(copying: bytes.prefix(count))
        }
    }

    /// Whether all bytes are equal, as in memory that was never filled.
    package var isOneByteRepeated: Bool {
        unsafe withBytes { bytes in unsafe bytes.allSatisfy { unsafe $0 == bytes.first } }
    }

    deinit {
        unsafe Self.release(storage)
    }

    /// A copy for another thread.
    package func copy() -> sending SecretBytes {
        // Passed on as a number: the compiler treats a value made from a pointer as shared with it.
        let address = unsafe UInt(bitPattern: storage.baseAddress)
        return unsafe SecretBytes(capacity: count) { [count] target in
            unsafe target.copyMemory(
                from: UnsafeRawBufferPointer(
                    start: UnsafeRawPointer(bitPattern: address), count: count))
            return count
        }
    }

    /// Lends the bytes to `body`.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(rebasing: storage[..<count]))
    }

    /// Lends the bytes as a span, which the compiler keeps from escaping.
    package func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: storage[..<count])
        return try body(unsafe bytes.bindMemory(to: UInt8.self).span)
    }

    /// Zeroed pages that no other secret uses.
    private static func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if count <= pageSize, let address = spares.withLock({ $0.popLast() }) {
            return unsafe UnsafeMutableRawBufferPointer(
                start: UnsafeMutableRawPointer(bitPattern: address), count: count)
        }
        let base = unsafe mmap(
            nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let base = unsafe base, unsafe base != MAP_FAILED else {
            preconditionFailure("cannot allocate memory for a secret")
        }
        // Best effort: RLIMIT_MEMLOCK may be tiny, and a page in swap is no reason to fail.
        _ = unsafe mlock(base, count)
        _ = unsafe madvise(base, count, MADV_DONTDUMP)
        return unsafe UnsafeMutableRawBufferPointer(start: base, count: count)
    }

    /// Wipes the memory, and keeps it for another secret or returns it to the system.
    private static func release(_ storage: UnsafeMutableRawBufferPointer) {
        guard let base = storage.baseAddress else { return }
        unsafe explicit_bzero(base, storage.count)
        let isKept =
            storage.count <= pageSize
            && spares.withLock { spares in
                guard spares.count < spareLimit else { return false }
                spares.append(UInt(bitPattern: base))
                return true
            }
        // This unlocks the pages as well.
        if !isKept { _ = unsafe munmap(base, storage.count) }
    }

    /// Pages of former secrets, wiped and still locked. Mapping and locking new pages takes longer
    /// than most uses of a secret.
    private static let spares = Mutex<[UInt]>([])
    /// The number of pages that are kept.
    private static let spareLimit = 16
    private static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))
}

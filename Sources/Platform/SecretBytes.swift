internal import Glibc

/// A key or password in memory: kept out of swap where the limit allows, wiped when released.
///
/// Never copied into a `String` or an array by this module; callers borrow the bytes inside
/// `withBytes` and must not let the pointer escape.
package final class SecretBytes {
    private let storage: UnsafeMutableRawBufferPointer

    /// How many bytes the secret has.
    package private(set) var count: Int

    /// Room for `capacity` bytes, to be filled by `fill`, which returns how many it wrote.
    package init<Failure: Error>(
        capacity: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        unsafe storage = .allocate(byteCount: max(capacity, 1), alignment: 16)
        unsafe storage.initializeMemory(as: UInt8.self, repeating: 0)
        // Best effort: RLIMIT_MEMLOCK may be tiny, and a swapped page is no reason to fail.
        _ = unsafe mlock(storage.baseAddress, storage.count)
        count = 0
        count = unsafe try fill(UnsafeMutableRawBufferPointer(rebasing: storage[..<capacity]))
    }

    /// A copy of `bytes`; the caller's own copy is the caller's to wipe.
    package convenience init(copying bytes: some Collection<UInt8>) {
        self.init(capacity: bytes.count) { target in
            unsafe target.copyBytes(from: bytes)
            return bytes.count
        }
    }

    deinit {
        unsafe explicit_bzero(storage.baseAddress, storage.count)
        _ = unsafe munlock(storage.baseAddress, storage.count)
        unsafe storage.deallocate()
    }

    /// Lends the bytes for the length of `body`.
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(rebasing: storage[..<count]))
    }
}

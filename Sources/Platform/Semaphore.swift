internal import CPlatform
internal import Glibc

/// A count that threads raise and wait for, kept by the kernel.
///
/// It is a descriptor, so that one `poll` can wait for other threads and for input at once.
package struct Semaphore: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// A semaphore at zero.
    package init() throws(SystemError) {
        let number = jwtctl_semaphore()
        guard number >= 0 else { throw SystemError.last }
        descriptor = Descriptor(owning: number)
    }

    /// Readable while the count is above zero.
    var number: CInt { descriptor.number }

    /// Adds one, and wakes one of those who wait.
    package borrowing func signal() {
        let status = eventfd_write(descriptor.number, 1)
        precondition(status == 0, "a count of pieces of work does not overflow")
    }

    /// Waits until the count is above zero, and takes one off.
    package borrowing func wait() {
        var count: eventfd_t = 0
        while unsafe eventfd_read(descriptor.number, &count) != 0 {
            precondition(errno == EINTR, "a semaphore is open as long as it lives")
        }
    }
}

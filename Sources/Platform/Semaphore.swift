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

    /// Waits for at most so long until the count is above zero, and takes one off; false where it
    /// stayed at zero. A signal may end it early.
    package borrowing func wait(milliseconds: Int64) -> Bool {
        var poller = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&poller, 1, CInt(clamping: milliseconds)) > 0 else { return false }
        wait()
        return true
    }

    /// Waits until the count is above zero, and takes one off.
    package borrowing func wait() {
        var count: eventfd_t = 0
        while unsafe eventfd_read(descriptor.number, &count) != 0 {
            precondition(errno == EINTR, "a semaphore stays open until it is destroyed")
        }
    }
}

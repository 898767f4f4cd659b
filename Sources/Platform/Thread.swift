internal import CPlatform
internal import Glibc

/// A thread of this process. Its owner has to join or detach it.
package final class Thread {
    private let handle: pthread_t

    /// Starts `body` on a new thread.
    ///
    /// Everything that `body` holds is transferred to the thread: the compiler makes sure that the
    /// caller keeps no reference to it, unless it may be shared.
    package init(_ body: sending @escaping () -> Void) throws(SystemError) {
        let box = unsafe Unmanaged.passRetained(Box(body))
        var handle = pthread_t()
        let status = unsafe pthread_create(
            &handle, nil,
            { context in
                if let context = unsafe context {
                    let box = unsafe Unmanaged<Box>.fromOpaque(context).takeRetainedValue()
                    box.body()
                }
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            unsafe box.release()
            throw SystemError(code: status)
        }
        self.handle = handle
    }

    /// Gives up the thread, which cannot be joined any more.
    package func detach() {
        _ = pthread_detach(handle)
    }

    /// Waits until the body has returned.
    package func join() {
        _ = pthread_join(handle, nil)
    }

    /// The body, as an object that C can pass to the thread.
    private final class Box {
        let body: () -> Void

        init(_ body: @escaping () -> Void) {
            self.body = body
        }
    }

    /// The number of threads that can run at the same time: the processors that this process may
    /// use, as nproc(1) counts them.
    package static var parallelism: Int {
        max(Int(jwtctl_processor_count()), 1)
    }
}

/// A counter in the kernel that threads increment and wait for.
///
/// It is an eventfd(2), a descriptor, so one `poll` can wait for other threads and for input at the
/// same time.
package struct Semaphore: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// A semaphore at zero.
    package init() throws(SystemError) {
        let number = jwtctl_semaphore()
        guard number >= 0 else { throw SystemError.last }
        descriptor = Descriptor(owning: number)
    }

    /// The descriptor, which is readable while the count is above zero.
    var number: CInt { descriptor.number }

    /// Adds one, and wakes a waiting thread.
    package borrowing func signal() {
        let status = eventfd_write(descriptor.number, 1)
        precondition(status == 0, "a count of pieces of work does not overflow")
    }

    /// Waits until the count is above zero, and subtracts one. Returns false if it is still zero
    /// after `milliseconds`, or after a signal.
    package borrowing func wait(milliseconds: Int64) -> Bool {
        var poller = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&poller, 1, CInt(clamping: milliseconds)) > 0 else { return false }
        wait()
        return true
    }

    /// Waits until the count is above zero, and subtracts one.
    package borrowing func wait() {
        var count: eventfd_t = 0
        while unsafe eventfd_read(descriptor.number, &count) != 0 {
            precondition(errno == EINTR, "a semaphore stays open until it is destroyed")
        }
    }
}

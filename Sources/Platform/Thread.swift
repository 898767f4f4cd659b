internal import CPlatform
internal import Glibc

/// A thread of this process, which its owner joins or detaches.
package final class Thread {
    private let handle: pthread_t

    /// Starts `body` on a thread of its own.
    ///
    /// Everything that `body` holds is handed over to the thread: the compiler sees to it that the
    /// caller keeps no way to reach it, unless it may be shared.
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

    /// Leaves the thread to itself: nobody may join it any more.
    package func detach() {
        _ = pthread_detach(handle)
    }

    /// Waits until the body has returned.
    package func join() {
        _ = pthread_join(handle, nil)
    }

    /// What the thread owns, for its way through C.
    private final class Box {
        let body: () -> Void

        init(_ body: @escaping () -> Void) {
            self.body = body
        }
    }

    /// How many threads can run at once: the processors that this process may use, as `nproc`
    /// counts them.
    package static var parallelism: Int {
        max(Int(jwtctl_processor_count()), 1)
    }
}

import Synchronization

/// A value that is made for the first test that needs it and kept for all others, because making it
/// takes long.
package final class Once<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let make: @Sendable () throws -> Value

    package init(_ make: @escaping @Sendable () throws -> Value) {
        self.make = make
    }

    /// The value, or the error of its making. Other tests wait while it is made.
    package func get() throws -> Value {
        try result.withLock { result in
            if let result { return try result.get() }
            let made = Result(catching: make)
            result = made
            return try made.get()
        }
    }
}

import Foundation

/// A back end that takes long to start. It is made for the first test that needs it, and tests use
/// it one at a time.
final class Shared<Value>: @unchecked Sendable {
    private let turn = NSLock()
    private var value: Value?
    private let make: @Sendable () throws -> Value

    init(_ make: @escaping @Sendable () throws -> Value) {
        self.make = make
    }

    /// Waits until no other test uses the value, and runs `body` with it.
    func use<Result>(_ body: (Value) throws -> Result) throws -> Result {
        WaitingPool.shared.yieldingPlace { turn.lock() }
        defer { turn.unlock() }
        let value = try value ?? make()
        self.value = value
        return try body(value)
    }
}

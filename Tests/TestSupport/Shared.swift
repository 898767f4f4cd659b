import Foundation

/// A costly back end that many tests use one after the other, made for the first of them.
final class Shared<Value>: @unchecked Sendable {
    private let turn = NSLock()
    private var value: Value?
    private let make: @Sendable () throws -> Value

    init(_ make: @escaping @Sendable () throws -> Value) {
        self.make = make
    }

    /// Waits for its turn, and has the value to itself while `body` runs.
    func use<Result>(_ body: (Value) throws -> Result) throws -> Result {
        WaitingPool.shared.yieldingPlace { turn.lock() }
        defer { turn.unlock() }
        let value = try value ?? make()
        self.value = value
        return try body(value)
    }
}

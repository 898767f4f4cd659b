import Glibc

/// The most processor time that one input may take, in nanoseconds. It is measured in a build with
/// AddressSanitizer, which is several times slower than the one that people use.
private let limit: Int64 = 100_000_000

/// Runs `body` on the input of libFuzzer, and stops the program where it was too slow.
///
/// Processor time, not the clock: other programs on the machine must not make an input slow. A page
/// fault or a first use may, so only an input that is slow three times in a row counts.
func examine(_ data: UnsafePointer<UInt8>?, _ count: Int, _ body: ([UInt8]) -> Void) -> CInt {
    let input = Array(UnsafeBufferPointer(start: data, count: count))
    for _ in 1...3 {
        let start = processorTime()
        body(input)
        if processorTime() - start <= limit { return 0 }
    }
    fatalError("slower than 100 ms, three times: \(count) bytes")
}

/// Stops the program where a promise of the code does not hold; libFuzzer then keeps the input.
func require(_ holds: Bool, _ promise: String, line: UInt = #line) {
    guard !holds else { return }
    fatalError("broken: \(promise) (line \(line))")
}

/// The value, or `nil` for any error: where refusing an input is a right answer.
func accepted<Value, Failure: Error>(_ body: () throws(Failure) -> Value) -> Value? {
    do throws(Failure) { return try body() } catch { return nil }
}

private func processorTime() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

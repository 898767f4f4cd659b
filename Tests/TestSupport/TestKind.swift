import Foundation
import Testing

/// A trait that says what the tests of a suite start. It decides where they run and when they are
/// skipped.
///
/// A suite without a kind is pure: it starts neither a server nor a program (`ChildProcess` throws
/// if it does), and its tests share the threads of Swift's cooperative pool, one per core. All
/// other tests wait most of the time, so they run on the threads of a `WaitingPool`.
package struct TestKind: SuiteTrait, TestTrait, TestScoping {
    package enum Need: String, Sendable {
        /// Other programs, or the built tool, but no server.
        case programs
        /// Private servers.
        case redis
        /// A Cluster or Sentinels.
        case cluster
        /// Any of these for ten seconds or more. Such tests start first, so that none runs alone at
        /// the end.
        case slow
    }

    let need: Need

    /// Each test case has its own scope, so that each is measured.
    package var isRecursive: Bool { true }

    /// The kind of the running test; nil for a pure one and outside of tests.
    @TaskLocal package static var current: TestKind?

    /// Skips the suite in a run of the pure tests only.
    package func prepare(for test: Test) async throws {
        try await ConditionTrait.disabled("not pure: \(need)") { Self.onlyPure }.prepare(for: test)
    }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        // A slow test of another kind of suite is scheduled by its own trait.
        let isSlow = test.traits.contains { ($0 as? TestKind)?.need == .slow }
        guard need == .slow || !isSlow else { return try await function() }
        let threads = need == .slow ? WaitingThreads.first : .later
        try await withTaskExecutorPreference(threads) {
            let start = TestTimes.now()
            try await Self.$current.withValue(self) { try await function() }
            TestTimes.add(test, need, since: start)
        }
    }

    /// Whether this is a run of `make quick`.
    private static let onlyPure = ProcessInfo.processInfo.environment["JWTCTL_TESTS"] == "pure"
}

extension Trait where Self == TestKind {
    package static var programs: Self { TestKind(need: .programs) }
    package static var redis: Self { TestKind(need: .redis) }
    package static var cluster: Self { TestKind(need: .cluster) }
    package static var slow: Self { TestKind(need: .slow) }
}

/// The measured times of all test cases that are not pure, without their wait for a thread.
///
/// The file that `JWTCTL_TEST_TIMES` names gets a line for each case: seconds, processor seconds of
/// its thread, kind and test, separated by tabs.
enum TestTimes {
    struct Moment {
        let wall: Double
        let thread: Double
    }

    static func now() -> Moment {
        Moment(wall: seconds(CLOCK_MONOTONIC), thread: seconds(CLOCK_THREAD_CPUTIME_ID))
    }

    static func add(_ test: Test, _ need: TestKind.Need, since start: Moment) {
        guard let file else { return }
        let end = now()
        let line = "\(end.wall - start.wall)\t\(end.thread - start.thread)\t\(need)\t\(test.id)\n"
        // A single write with O_APPEND does not mix with those of other threads.
        _ = Array(line.utf8).withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static let file: CInt? = {
        let path = ProcessInfo.processInfo.environment["JWTCTL_TEST_TIMES"]
        guard let path else { return nil }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        return descriptor < 0 ? nil : descriptor
    }()
}

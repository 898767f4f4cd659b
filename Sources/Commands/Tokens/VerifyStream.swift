internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform

/// `verify --stream`: exactly one line for each line of input, in order.
///
/// All lines that have arrived are answered before more input is awaited: a gateway writes one line
/// and reads the answer before it writes the next.
struct VerifyStream {
    let judge: TokenJudge
    /// The Redis that the judge asks, for the comparison of clocks; nil if it asks none.
    let backend: Backend?
    let console: Console
    private var input: InputStream { console.system.input }
    private var output: OutputStream { console.system.output }

    /// Answers all lines of standard input.
    func run() throws -> ExitStatus {
        try console.system.takeInput()
        guard let backend else { return try answerOffline() }
        return try answer(asking: backend)
    }

    /// Answers by asking Redis, once for all lines that have arrived.
    private func answer(asking backend: Backend) throws -> ExitStatus {
        var lines = LineBatch()
        /// Whether the state of every token could be determined.
        var isKnown = true
        var hasComparedClocks = false
        while try lines.fill(from: input) {
            let texts = (0..<lines.count).map { TokenText.strip(lines[$0]) }
            for verdict in judge.verdicts(on: texts) {
                if let time = verdict.stateTime, !hasComparedClocks {
                    try backend.warnAboutClock(time, console)
                    hasComparedClocks = true
                }
                if verdict.status == .unknown { isKnown = false }
                try console.json(.object(verdict.answer(in: console.options.format)), .compact)
            }
            try output.flush()
        }
        return isKnown ? .success : .unknown
    }

    /// The number of lines from which on threads pay: fewer are answered before a thread wakes up.
    private static let worthwhileCount = 32

    /// Answers without Redis, on all processors if there are enough lines. Each line gets a known
    /// verdict.
    private func answerOffline() throws -> ExitStatus {
        let writer = VerdictWriter(judge: judge)
        var lines = LineBatch()
        var answers: [UInt8] = []
        /// Made once there are enough lines for threads to pay.
        var pool: VerifyPool?
        defer { pool?.stop() }
        while true {
            guard let pool, !pool.isIdle else {
                guard try lines.fill(from: input) else { return .success }
                if lines.count >= Self.worthwhileCount, Thread.parallelism > 1 {
                    pool = try pool ?? makePool()
                    pool?.submit(&lines)
                } else {
                    answers.removeAll(keepingCapacity: true)
                    writer.answer(lines, &answers)
                    try write(answers)
                }
                continue
            }
            if pool.hasRoom, input.hasBufferedLine {
                if try lines.fill(from: input) { pool.submit(&lines) }
            } else if try !pool.hasRoom || !input.receive(unless: pool.answered) {
                try pool.collect { try write($0) }
            }
        }
    }

    /// A pool with a thread for each processor. Every thread has its own verifiers.
    private func makePool() throws -> VerifyPool {
        let pool = try VerifyPool(workerCount: Thread.parallelism)
        for _ in 0..<Thread.parallelism {
            let writer = VerdictWriter(judge: try judge.offlineCopy())
            try pool.start { writer.answer($0, &$1) }
        }
        return pool
    }

    /// Writes answers, and hands them to the reader at once.
    private func write(_ answers: [UInt8]) throws(OutputError) {
        guard !console.options.isQuiet else { return }
        try output.write(answers)
        try output.flush()
    }
}

/// Writes the verdicts on lines, without Redis and for one thread.
private struct VerdictWriter {
    let judge: TokenJudge
    /// Spares the text of checks that are those of the last token.
    private let passed = PassedChecksCache()

    /// Appends a line for each of the lines.
    func answer(_ lines: LineBatch, _ answers: inout [UInt8]) {
        let policy = judge.policy()
        var json = JSONWriter(.compact, escaping: .visible, appendingTo: answers)
        answers = []
        for index in 0..<lines.count {
            judge.offlineVerdict(on: TokenText.strip(lines[index]), by: policy)
                .describe(to: &json, passed: passed)
            json.endLine()
        }
        answers = json.bytes
    }
}

/// The checks of the previous valid token, as text.
///
/// Valid tokens of one issuer usually have the same checks, which need to be written only once.
final class PassedChecksCache {
    /// The checks, and their compact text.
    private var checks: [Check] = []
    private var text: [UInt8] = Array("[]".utf8)

    /// The compact text of `checks`, none of which has failed.
    func text(of checks: [Check]) -> [UInt8] {
        guard !isKnown(checks) else { return text }
        var json = JSONWriter(.compact, escaping: .visible)
        json.value(.array(checks.map(Verdict.json)))
        text = json.bytes
        self.checks = checks
        return text
    }

    /// Whether `checks` are the known ones, byte for byte.
    private func isKnown(_ checks: [Check]) -> Bool {
        guard checks.count == self.checks.count else { return false }
        return checks.indices.allSatisfy { index in
            checks[index].result == self.checks[index].result
                && Self.isSame(checks[index].name, self.checks[index].name)
                && Self.isSame(checks[index].detail, self.checks[index].detail)
        }
    }

    /// Whether the bytes are the same. Comparing normalized text first finds differences sooner.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        left == right && left.utf8.elementsEqual(right.utf8)
    }

    private static func isSame(_ left: String?, _ right: String?) -> Bool {
        switch (left, right) {
        case (nil, nil): true
        case (let left?, let right?): isSame(left, right)
        default: false
        }
    }
}

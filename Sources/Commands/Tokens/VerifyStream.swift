internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform

/// `verify --stream`: exactly one line for each line of input, in order.
///
/// Whatever has arrived is answered before more of it is waited for: a gateway writes one line and
/// reads the answer before it writes the next.
struct VerdictStream {
    private let console: Console
    private var input: InputStream { console.system.input }
    private var output: OutputStream { console.system.output }

    init(_ console: Console) {
        self.console = console
    }

    /// Answers by asking Redis, once for all lines that are there.
    func answer(by judge: TokenJudge) throws -> ExitStatus {
        var lines = LineBatch()
        var isKnown = true
        var hasComparedClocks = false
        while try lines.fill(from: input) {
            let texts = (0..<lines.count).map { TokenText.strip(lines[$0]) }
            for verdict in judge.verdicts(on: texts) {
                if let time = verdict.stateTime, !hasComparedClocks {
                    try judge.session?.warnAboutClock(time, console)
                    hasComparedClocks = true
                }
                if verdict.status == .unknown { isKnown = false }
                try console.json(.object(verdict.answer(in: console.options.format)), .compact)
            }
            try output.flush()
        }
        return isKnown ? .success : .unknown
    }

    /// Fewer lines are answered sooner than another thread wakes up.
    private static let worthwhileCount = 32

    /// Answers without Redis, on all processors where there is work for them. Each line gets a
    /// known verdict.
    func answerOffline(
        _ options: VerifyOptions, _ verifier: SignatureVerifier
    ) throws -> ExitStatus {
        let judge = OfflineJudge(
            options: options, verifier: verifier, clock: console.system.clock)
        var lines = LineBatch()
        var answers: [UInt8] = []
        var pool: AnswerPool?
        defer { pool?.stop() }
        while true {
            guard let pool, !pool.isIdle else {
                guard try lines.fill(from: input) else { return .success }
                if lines.count >= Self.worthwhileCount, Thread.parallelism > 1 {
                    pool = try pool ?? makePool(options, verifier)
                    pool?.submit(&lines)
                } else {
                    answers.removeAll(keepingCapacity: true)
                    judge.answer(lines, &answers)
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

    private func makePool(
        _ options: VerifyOptions, _ verifier: SignatureVerifier
    ) throws -> AnswerPool {
        let pool = try AnswerPool(workerCount: Thread.parallelism)
        for _ in 0..<Thread.parallelism {
            let judge = OfflineJudge(
                options: options, verifier: try verifier.copy(), clock: console.system.clock)
            try pool.start { judge.answer($0, &$1) }
        }
        return pool
    }

    private func write(_ answers: [UInt8]) throws(OutputError) {
        guard !console.options.isQuiet else { return }
        try output.write(answers)
        try output.flush()
    }
}

/// Judges by signature and claims alone, for one thread.
private struct OfflineJudge {
    let options: VerifyOptions
    let verifier: SignatureVerifier
    let clock: Clock
    private let headers = HeaderCache()
    private let passed = PassedChecks()

    init(options: VerifyOptions, verifier: SignatureVerifier, clock: Clock) {
        self.options = options
        self.verifier = verifier
        self.clock = clock
    }

    /// Appends a line for each of the lines.
    func answer(_ lines: LineBatch, _ answers: inout [UInt8]) {
        let policy = options.policy(now: clock.now.numericDate)
        var json = JSONWriter(.compact, escaping: .visible, appendingTo: answers)
        answers = []
        for index in 0..<lines.count {
            let (verdict, _) = Verdict.judge(
                TokenText.strip(lines[index]), verifier: verifier, policy: policy,
                isOffline: true, headers: headers)
            verdict.describe(to: &json, passed: passed)
            json.endLine()
        }
        answers = json.bytes
    }
}

internal import CommandKit
internal import JSON
internal import Platform
internal import Redis
internal import TokenStore

/// One look at a Redis: asks for the facts of each area in turn, and tells what they mean.
struct DoctorVisit {
    private let session: Backend
    private let options: DoctorOptions
    private let console: Console
    private typealias Tell = (Finding) throws -> Void

    /// Keys whose names are read where not all are asked for.
    private static let sampleSize = 5000

    init(_ session: Backend, _ options: DoctorOptions, _ console: Console) {
        self.session = session
        self.options = options
        self.console = console
    }

    private var client: Client { session.client }

    /// What broke it off; nil where Redis could be asked to the end. What it refuses is a finding,
    /// and so is that it cannot be reached.
    func run(_ tell: (Finding) throws -> Void) throws -> ExitStatus? {
        do {
            let roundTrip = try client.roundTrip()
            try tell(
                ConnectionSymptom.answers(place: client.place, roundTrip: roundTrip).finding)
            let servers = try servers(tell)
            try groups(tell)
            guard let first = servers.first else { return .unknown }
            if !servers.contains(where: \.isLoading) {
                try clock(tell)
                try rights(first.line, tell)
                try state(first.line, tell)
            }
            return nil
        } catch let error as OutputError {
            throw error
        } catch {
            let failure = Diagnostics.failure(for: error)
            try tell(ConnectionSymptom.unreachable(failure).finding)
            return failure.status
        }
    }

    /// Each server that takes writes; those that answer.
    private func servers(_ tell: Tell) throws -> [ServerFacts] {
        let facts = ServerExamination.Session(
            hasPassword: client.target.password != nil,
            isUnverified: console.options.isRedisInsecure,
            allowsReplica: console.options.allowsReplica, user: client.user,
            now: console.system.clock.seconds, failsOpen: session.layout.failsOpen,
            isGroup: client.isGroup)
        let known = try client.knownReplicas()
        var servers: [ServerFacts] = []
        for answer in try client.ask(ServerFacts.questions) {
            switch answer.report {
            case .success(let report):
                let replicas = known.first { $0.primary == report.endpoint }?.count
                servers.append(ServerFacts(report, facts, knownReplicas: replicas))
                for finding in ServerExamination.findings(of: servers[servers.count - 1]) {
                    try tell(finding)
                }
            case .failure(let error):
                try tell(
                    ConnectionSymptom.unreachable(Diagnostics.failure(for: error)).finding)
            }
        }
        return servers
    }

    private func groups(_ tell: Tell) throws {
        if let slots = try client.unservedSlots() {
            let symptom =
                slots > 0
                ? ClusterSymptom.unserved(slots: slots)
                : .whole(primaries: try client.ask([], .everyPrimary).count)
            try tell(symptom.finding)
        }
        if let report = try client.sentinelReport() {
            try tell(SentinelSymptom(report).finding)
        }
    }

    private func clock(_ tell: Tell) throws {
        guard let time = try redisTime() else { return }
        let difference = console.system.clock.seconds - time
        let symptom: ClockSymptom =
            abs(difference) <= Backend.clockTolerance
            ? .agrees : .differs(by: difference, margin: session.store.denyMargin)
        try tell(symptom.finding)
    }

    /// nil where TIME is refused, which is the matter of the rights.
    private func redisTime() throws(RedisError) -> Int64? {
        do throws(RedisError) {
            return try client.serverTime().seconds
        } catch {
            guard case .server = error else { throw error }
            return nil
        }
    }

    private func rights(_ line: RedisLine, _ tell: Tell) throws {
        let needs = try session.store.needs()
        let permissions = try client.permissions(for: needs.map(\.rehearsal))
        let symptoms = RightsSymptom.symptoms(
            of: Array(zip(needs, permissions)), user: client.user, line)
        for symptom in symptoms { try tell(symptom.finding) }
    }

    private func state(_ line: RedisLine, _ tell: Tell) throws {
        let file = try LayoutChoice.file(
            console.options, try console.settings(), console.system)
        var detector = try LayoutDetector(files: file.map { [$0] } ?? [])
        var progress = ProgressLine(
            label: "checking keys", total: nil,
            isTerminal: console.system.diagnostics.isTerminal,
            columns: console.system.terminal.columns, start: .now)
        do {
            let (survey, detection) = try session.store.survey(
                limit: options.isDeep ? nil : Self.sampleSize, detector: &detector
            ) { survey in
                try console.progress(progress.update(count: survey.sampled, now: .now))
            }
            try console.progress(progress.finish())
            try layout(survey, detection, tell)
            var line = line
            line.database = client.target.database
            line.isCluster = try client.unservedSlots() != nil
            let symptoms = StateSymptom.symptoms(
                of: survey, now: console.system.clock.seconds, layout: session.layout, line)
            for symptom in symptoms { try tell(symptom.finding) }
        } catch let error as StoreError {
            try console.progress(progress.finish())
            guard error.isRefusal else { throw error }
            try tell(LayoutSymptom.refused(Diagnostics.failure(for: error)).finding)
        }
    }

    private func layout(
        _ survey: StateSurvey, _ detection: Detection, _ tell: Tell
    ) throws {
        let layout = session.layout
        let others = detection.layouts.filter { found in
            found.confidence > .low && !found.isSame(as: layout)
        }
        let isInUse =
            survey.foundAnything
            || detection.layouts.contains { $0.confidence > .low && $0.isSame(as: layout) }
        if isInUse {
            try tell(LayoutSymptom.inUse(layout, survey).finding)
            // The same layout under another namespace is another issuer's.
            for other in others where other.name != layout.name {
                try tell(LayoutSymptom.besides(other).finding)
            }
        } else if let other = others.first {
            try tell(LayoutSymptom.other(layout, other, survey).finding)
        } else {
            try tell(LayoutSymptom.unused(layout, survey).finding)
        }
        if let refusal = survey.refusal ?? detection.refusal {
            try tell(LayoutSymptom.refused(Diagnostics.failure(for: refusal)).finding)
        }
    }
}

extension Layout {
    /// Whether a token passes as soon as the keys that speak against it are gone.
    fileprivate var failsOpen: Bool { hasBlacklist || hasCutoffs || hasBans || hasVersions }
}

extension StoreError {
    /// Whether Redis is there, and does not let us.
    fileprivate var isRefusal: Bool {
        switch self {
        case .refused: true
        case .redis(.server): true
        default: false
        }
    }
}

extension DetectedLayout {
    /// Whether it is the one that was chosen, with the same values of its variables: those that it
    /// does not tell are the ones it comes with.
    fileprivate func isSame(as layout: Layout) -> Bool {
        guard name == layout.name else { return false }
        return layout.definingVariables.allSatisfy { variable in
            let found = variables.first { $0.name == variable.name }
            return layout.variable(variable.name) == (found?.value ?? variable.value)
        }
    }
}

extension Layout {
    /// The variables with the values that the layout comes with; none for one from a file, of which
    /// the detector has the very same.
    fileprivate var definingVariables: [(name: String, value: String)] {
        do throws(LayoutError) {
            return try LayoutReader.preset(name, for: .show).variables
        } catch {
            return []
        }
    }
}

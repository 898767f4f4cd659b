internal import Platform

/// A primary with replicas, watched over by Sentinels, which say where the primary is.
final class SentinelTopology: Topology {
    /// The answer of one Sentinel about the primary.
    struct Answer: Equatable {
        let sentinel: Endpoint
        let primary: Endpoint
        /// A number that rises with each fail-over: the Sentinel with the highest knows best.
        let epoch: Int64
        /// Whether a fail-over is under way: the primary may be another one in a moment.
        let isFailingOver: Bool
        /// Whether it cannot reach the primary.
        let isSubjectivelyDown: Bool
        /// Whether enough other Sentinels cannot reach it either.
        let isObjectivelyDown: Bool
        /// The Sentinels that must agree that the primary is gone; nil where it does not say.
        let quorum: Int?
        /// The replicas that it knows of, connected or not; nil where it does not say.
        let replicaCount: Int?
    }

    /// The conclusion from all answers.
    struct Survey {
        let primary: Endpoint
        /// The Sentinel whose answer counted.
        fileprivate let source: Endpoint
        /// Whether a fail-over is under way or at hand: enough of them consider the primary down.
        let isUnsettled: Bool
    }

    private let dialer: Dialer
    let service: SentinelService
    let sentinels: [Endpoint]
    private var connections: [Endpoint: Connection] = [:]
    private(set) var primary: Endpoint?
    /// The Sentinel that named the primary.
    private var primarySource: String?
    /// Whether fewer than half of the Sentinels in the URL answered: the others may have replaced
    /// the primary.
    private(set) var isMinority = false
    /// The replicas that the Sentinels know of; nil where none says.
    private var knownReplicas: Int?

    init(dialer: Dialer, service: SentinelService) {
        self.dialer = dialer
        self.service = service
        sentinels = dialer.target.endpoints
    }

    var primaries: [Endpoint] { primary.map { [$0] } ?? [] }

    func endpoint(for command: Command) -> Endpoint? { primary }

    func move(slot: Int, to endpoint: Endpoint) {}

    /// Asks all Sentinels, because one that was cut off from the others may still name an old
    /// primary.
    func refresh(avoiding lost: Endpoint?) throws(RedisError) { adopt(try survey()) }

    /// Asks all Sentinels, none of which has to answer. Without an answer, `validate` accepts the
    /// known primary only while a replica follows it.
    func refreshAsFarAsPossible() throws(RedisError) {
        do throws(RedisError) {
            try refresh(avoiding: nil)
        } catch {
            guard error.passesByItself else { throw error }
            isMinority = true
        }
    }

    /// Takes over the primary of a survey.
    func adopt(_ survey: Survey) {
        primary = survey.primary
        primarySource = "Sentinel \(survey.source)"
    }

    /// Asks all Sentinels and weighs their answers: a Sentinel that leads a fail-over away from the
    /// known primary counts most, then the highest epoch.
    func survey() throws(RedisError) -> Survey {
        let answers = try answers()
        isMinority = answers.count * 2 < sentinels.count
        knownReplicas = answers.compactMap(\.replicaCount).max()
        let leader = answers.first { $0.isFailingOver && $0.primary != primary }
        guard let best = leader ?? answers.max(by: { $0.epoch < $1.epoch }) else {
            throw .unknownPrimaryName(service.name, known: [])
        }
        let quorum = answers.compactMap(\.quorum).min() ?? answers.count / 2 + 1
        return Survey(
            primary: best.primary, source: best.sentinel,
            isUnsettled: answers.contains { $0.isFailingOver || $0.isObjectivelyDown }
                || answers.count(where: \.isSubjectivelyDown) >= quorum)
    }

    func replicaCount(of primary: Endpoint) -> Int? { knownReplicas }

    /// The answers of the Sentinels that can be reached, at least one. Throws where none knows the
    /// name.
    private func answers() throws(RedisError) -> [Answer] {
        var answers: [Answer] = []
        var failure: RedisError?
        var known: Set<String> = []
        for sentinel in sentinels {
            do throws(RedisError) {
                if let answer = try ask(sentinel, &known) { answers.append(answer) }
            } catch {
                guard error.passesByItself else { throw error }
                failure = error
            }
        }
        if answers.isEmpty {
            throw failure ?? .unknownPrimaryName(service.name, known: known.sorted())
        }
        return answers
    }

    /// The answer of one Sentinel; nil where it does not know the name. The names that it does know
    /// are added to `known`.
    private func ask(
        _ sentinel: Endpoint, _ known: inout Set<String>
    ) throws(RedisError) -> Answer? {
        do throws(RedisError) {
            return try ask(try connection(to: sentinel), sentinel, &known)
        } catch {
            // An idle connection may have been closed, which says nothing about the Sentinel.
            guard case .closed = error, connections.removeValue(forKey: sentinel) != nil else {
                connections[sentinel] = nil
                throw error
            }
            return try ask(try connection(to: sentinel), sentinel, &known)
        }
    }

    func connection(to sentinel: Endpoint) throws(RedisError) -> Connection {
        if let connection = connections[sentinel], !connection.isDead { return connection }
        let connection = try dialer.connect(toSentinel: sentinel, of: service)
        connections[sentinel] = connection
        return connection
    }

    private func ask(
        _ connection: Connection, _ sentinel: Endpoint, _ known: inout Set<String>
    ) throws(RedisError) -> Answer? {
        let replies = try connection.exchange([
            Command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", .text(service.name)),
            Command("SENTINEL", "MASTER", .text(service.name)),
        ])
        guard case .array = try replies[0].value() else {
            known.formUnion(try Self.names(connection))
            return nil
        }
        let address = try replies[0].byteStrings()
        guard address.count == 2,
            let port = UInt16(String(decoding: address[1], as: UTF8.self)), port > 0
        else {
            throw .unexpectedReply(expected: "a valid reply to SENTINEL", got: replies[0].shape)
        }
        let host = String(decoding: address[0], as: UTF8.self)
        // Without the right to use MASTER only the address is known, which is enough.
        let facts = Self.fields(replies[1])
        let flags = facts["flags"]?.split(separator: ",") ?? []
        return Answer(
            sentinel: sentinel,
            primary: dialer.map.reach(.tcp(host: host, port: port)),
            epoch: facts["config-epoch"].flatMap { Int64($0) } ?? 0,
            isFailingOver: flags.contains("failover_in_progress"),
            isSubjectivelyDown: flags.contains("s_down"),
            isObjectivelyDown: flags.contains("o_down"),
            quorum: facts["quorum"].flatMap { Int($0)?.bounded },
            replicaCount: facts["num-slaves"].flatMap { Int($0)?.bounded })
    }

    /// The names of the groups that a Sentinel watches over, as far as it says.
    static func names(_ connection: Connection) throws(RedisError) -> [String] {
        guard
            case .array(let groups) = try connection.exchange([Command("SENTINEL", "MASTERS")])[0]
        else { return [] }
        return groups.compactMap { fields($0)["name"] }
    }

    /// The names and values of a reply that lists them in turn.
    static func fields(_ reply: Reply) -> [String: String] {
        guard case .array(let items) = reply else { return [:] }
        var fields: [String: String] = [:]
        for index in stride(from: 0, to: items.count - 1, by: 2) {
            if case .string(let name) = items[index], case .string(let value) = items[index + 1] {
                fields[String(decoding: name, as: UTF8.self)] =
                    String(decoding: value, as: UTF8.self)
            }
        }
        return fields
    }

    /// Refuses a replica. Where most Sentinels are silent, it also refuses a primary that no replica
    /// follows: it may be cut off together with us.
    func validate(_ connection: Connection) throws(RedisError) {
        if connection.info.role == .replica { throw .replica(address: connection.address) }
        guard isMinority, try connection.replicaCount() == 0 else { return }
        throw .isolatedPrimary(address: connection.address, sentinels: sentinels.count)
    }

    func source(of endpoint: Endpoint) -> String? { primarySource }
}

/// Whether the Sentinels could replace a failed primary.
package struct SentinelReport: Equatable, Sendable {
    /// The number of Sentinels in the URL.
    package let named: Int
    /// The number of those that answer.
    package let reached: Int
    /// The number of all that they know of, themselves included; nil where they do not say.
    package let known: Int?
    /// The Sentinels that must agree that a primary is gone.
    package let quorum: Int?
    /// The objection of SENTINEL CKQUORUM, in the server's words; nil where it has none, or where
    /// the user may not ask.
    package let objection: String?
}

extension SentinelTopology {
    /// Asks each Sentinel in the URL; one that cannot be reached is only counted as `named`.
    func report() -> SentinelReport {
        var reached = 0
        var known: Int?
        var quorum: Int?
        var objection: String?
        for sentinel in sentinels {
            guard let replies = answers(of: sentinel) else { continue }
            reached += 1
            let facts = Self.fields(replies[0])
            known =
                known ?? facts["num-other-sentinels"].flatMap { Int($0)?.bounded }.map { $0 + 1 }
            quorum = quorum ?? facts["quorum"].flatMap { Int($0)?.bounded }
            if case .error(let error) = replies[1], error.code == "NOQUORUM" {
                objection = objection ?? error.text
            }
        }
        return SentinelReport(
            named: sentinels.count, reached: reached, known: known, quorum: quorum,
            objection: objection)
    }

    private func answers(of sentinel: Endpoint) -> [Reply]? {
        do throws(RedisError) {
            return try connection(to: sentinel).exchange([
                Command("SENTINEL", "MASTER", .text(service.name)),
                Command("SENTINEL", "CKQUORUM", .text(service.name)),
            ])
        } catch {
            return nil
        }
    }
}

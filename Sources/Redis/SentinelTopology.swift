internal import Platform

/// A primary with replicas, watched by Sentinels that know which server is the primary.
///
/// All Sentinels in the URL are asked, and their answers are weighed: one that is cut off from the
/// others still names the old primary. A replaced primary goes on acknowledging writes until it
/// learns of its replacement, and then discards them; `Router.confirm` and `validate` guard against
/// that.
final class SentinelTopology: Topology {
    /// The answer of one Sentinel to questions about the primary.
    struct Answer: Equatable {
        let sentinel: Endpoint
        /// The primary, at an address that can be reached.
        let primary: Endpoint
        /// The `config-epoch`, which rises with each fail-over: the Sentinel with the highest knows
        /// best.
        let epoch: Int64
        /// Whether a fail-over is under way, so that the primary may change at any moment.
        let isFailingOver: Bool
        /// Whether this Sentinel cannot reach the primary (`s_down`).
        let isSubjectivelyDown: Bool
        /// Whether enough other Sentinels cannot reach it either (`o_down`).
        let isObjectivelyDown: Bool
        /// The number of Sentinels that must agree that the primary is down; nil if not reported.
        let quorum: Int?
        /// The number of replicas that it knows of, connected or not; nil if not reported.
        let replicaCount: Int?
    }

    /// The conclusion from the answers of all Sentinels.
    struct Survey {
        let primary: Endpoint
        /// The Sentinel whose answer counted.
        fileprivate let source: Endpoint
        /// Whether a fail-over is under way or about to begin, because enough Sentinels consider
        /// the primary down.
        let isUnsettled: Bool
    }

    private let dialer: Dialer
    let service: SentinelService
    let sentinels: [Endpoint]
    /// Connections to Sentinels, kept for the next questions.
    private var connections: [Endpoint: Connection] = [:]
    private(set) var primary: Endpoint?
    /// The Sentinel that named the primary.
    private var primarySource: String?
    /// Whether fewer than half of the Sentinels in the URL answered: the others may have replaced
    /// the primary.
    private(set) var isMinority = false
    /// The number of replicas that the Sentinels know of; nil if none says.
    private var knownReplicas: Int?

    init(dialer: Dialer, service: SentinelService) {
        self.dialer = dialer
        self.service = service
        sentinels = dialer.target.endpoints
    }

    var primaries: [Endpoint] { primary.map { [$0] } ?? [] }

    func endpoint(for command: Command) -> Endpoint? { primary }

    /// Ignored: only a Cluster has slots.
    func move(slot: Int, to endpoint: Endpoint) {}

    /// Asks all Sentinels, since one that was cut off from the others may still name an old
    /// primary.
    func refresh(avoiding lost: Endpoint?) throws(RedisError) { adopt(try survey()) }

    /// Like `refresh`, but accepts that no Sentinel answers. In that case `validate` accepts the
    /// known primary only while a replica follows it.
    func refreshAsFarAsPossible() throws(RedisError) {
        do throws(RedisError) {
            try refresh(avoiding: nil)
        } catch {
            guard error.passesByItself else { throw error }
            isMinority = true
        }
    }

    /// Makes the primary of a survey the current one.
    func adopt(_ survey: Survey) {
        primary = survey.primary
        primarySource = "Sentinel \(survey.source)"
    }

    /// Asks all Sentinels and weighs their answers. A Sentinel that leads a fail-over away from the
    /// known primary counts most, then the one with the highest epoch.
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

    /// The answers of the Sentinels that can be reached, at least one. Throws `.unknownPrimaryName`
    /// if no Sentinel knows the group, and the last failure if none could be asked.
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

    /// The answer of one Sentinel; nil if it does not know the group. The names of the groups that
    /// it does know are added to `known`.
    private func ask(
        _ sentinel: Endpoint, _ known: inout Set<String>
    ) throws(RedisError) -> Answer? {
        do throws(RedisError) {
            return try ask(try connection(to: sentinel), sentinel, &known)
        } catch {
            // The Sentinel may have closed a connection that was idle. A second attempt decides.
            guard case .closed = error, connections.removeValue(forKey: sentinel) != nil else {
                connections[sentinel] = nil
                throw error
            }
            return try ask(try connection(to: sentinel), sentinel, &known)
        }
    }

    /// The connection to a Sentinel, made if there is none that works.
    func connection(to sentinel: Endpoint) throws(RedisError) -> Connection {
        if let connection = connections[sentinel], !connection.isBroken { return connection }
        let connection = try dialer.connect(toSentinel: sentinel, of: service)
        connections[sentinel] = connection
        return connection
    }

    /// Asks over `connection`. SENTINEL MASTER gives more facts than GET-MASTER-ADDR-BY-NAME, but
    /// an ACL may forbid it.
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
        // Without permission for MASTER only the address is known, which is enough.
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

    /// The names of the groups that a Sentinel watches; empty if it does not say.
    static func names(_ connection: Connection) throws(RedisError) -> [String] {
        guard
            case .array(let groups) = try connection.exchange([Command("SENTINEL", "MASTERS")])[0]
        else { return [] }
        return groups.compactMap { fields($0)["name"] }
    }

    /// The fields of a reply that alternates names and values. Anything else is ignored.
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

    /// Refuses a replica. If most Sentinels are silent, it also refuses a primary without replicas:
    /// this program and that server may be cut off together.
    func validate(_ connection: Connection) throws(RedisError) {
        if connection.info.role == .replica { throw .replica(address: connection.address) }
        guard isMinority, try connection.replicaCount() == 0 else { return }
        throw .isolatedPrimary(address: connection.address, sentinels: sentinels.count)
    }

    func source(of endpoint: Endpoint) -> String? { primarySource }
}

/// Facts that show whether the Sentinels could replace a failed primary.
package struct SentinelReport: Equatable, Sendable {
    /// The number of Sentinels in the URL.
    package let named: Int
    /// The number of those that answer.
    package let reached: Int
    /// The number of all Sentinels that they know of, themselves included; nil if not reported.
    package let known: Int?
    /// The number of Sentinels that must agree that a primary is down.
    package let quorum: Int?
    /// The error of SENTINEL CKQUORUM in the server's words; nil if there is none, or if the user
    /// may not ask.
    package let objection: String?
}

extension SentinelTopology {
    /// Asks each Sentinel in the URL. One that cannot be reached is only counted in `named`.
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

    /// The replies to MASTER and CKQUORUM; nil if the Sentinel cannot be reached.
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

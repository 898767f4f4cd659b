internal import Platform

/// Whether the Sentinels could replace a primary that dies.
package struct SentinelReport: Equatable, Sendable {
    /// Those that the URL names, and how many of them answer.
    package let named: Int
    package let reached: Int
    /// All that they know of, themselves included; nil where they do not say.
    package let known: Int?
    /// How many have to agree that a primary is gone.
    package let quorum: Int?
    /// What SENTINEL CKQUORUM says against it; nil where it finds nothing, or may not be asked. The
    /// server's text.
    package let objection: String?
}

extension SentinelTopology {
    /// Asks each Sentinel that was named; one that cannot be reached is counted as that.
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

import TestSupport
import Testing

@testable import Redis

/// Has `server` die, or end the connection, while it answers a stream without an end: what is told
/// has to add up, and to agree with what the server has afterwards.
///
/// Returns how far the stream came and the numbers of the uncertain commands; nil where it ended in
/// another way.
func deathInMidStream(
    _ connection: Connection, to server: RedisServer, by manner: String
) throws -> (progress: ExchangeProgress, uncertain: Set<Int>)? {
    var taken = 0
    var answered = 0
    let end = connection.stream(maxInFlight: 5000) {
        taken += 1
        return Command("SET", key: Array("k:\(taken)".utf8), "1")
    } onReply: { _, _ in
        answered += 1
        guard answered == 20_000 else { return }
        do {
            if manner == "kill -9" {
                server.kill9()
            } else {
                try server.cli("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            }
        } catch {
            Issue.record(error)
        }
    }
    guard case .closed(_, _, let progress)? = end.failure else {
        Issue.record("\(String(describing: end.failure))")
        return nil
    }
    #expect(progress.acknowledged == answered)
    #expect(progress.accepted == taken)
    #expect(progress.sent <= taken && progress.sent >= answered)
    #expect(progress.unknown + progress.notSent + answered == taken)
    if manner == "kill -9" { try server.restart() }
    // What was not sent was certainly not executed; what was acknowledged certainly was.
    let size = Int(try server.cli("DBSIZE")) ?? -1
    #expect(size >= progress.acknowledged && size <= progress.sent)
    return (progress, end.uncertain)
}

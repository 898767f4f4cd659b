import Foundation
import TestSupport
import Testing

/// `logout-all`: killed anywhere, and followed at once by a login.
@Suite(.slow) struct LogoutFaultTests {
    /// The rule that an application applies with nothing but Redis: see the native layout.
    private func isDead(_ jti: String, iat: Int, user: String, _ redis: RedisServer) throws -> Bool
    {
        let answers = try redis.answers(
            to: [
                ["EXISTS", "jwt:deny:\(jti)"], ["GET", "jwt:{\(user)}:cutoff"],
                ["GET", "jwt:cutoff"],
            ])
        guard answers.count == 3 else { throw TestSupportError("Redis answered \(answers)") }
        return answers[0] == "1" || answers[1...2].contains { Int($0).map { iat <= $0 } ?? false }
    }

    @Test func killedAnywhereItLeavesNothingAliveThatItReported() throws {
        let tool = try BuiltTool()
        let iat = Int(time(nil)) - 100
        let count = 1000
        let ids = (0..<count).map { "t\($0)" }
        let record = ids.enumerated().map { index, id in
            "ZADD jwt:{alice}:tokens \(iat + 5000 + index) \(id)\n"
                + "HSET jwt:{alice}:meta \(id) {\"iat\":\(iat)}\n"
        }.joined()
        // Without a kill, to know how long there is something to kill.
        try tool.redis.cli([], input: Array(record.utf8))
        var killed = 0
        var generator = SystemRandomNumberGenerator()
        for round in 0..<50 {
            try tool.redis.cli("FLUSHALL")
            try tool.redis.cli([], input: Array(record.utf8))
            let process = try tool.start(["logout-all", "alice"])
            // It writes during the first tenth of a second or so, then it waits for the clock.
            usleep(UInt32.random(in: 0...(round % 5 == 0 ? 200_000 : 40_000), using: &generator))
            process.signal(SIGKILL)
            let result = try process.finish()
            if case .signal = result.ending { killed += 1 }
            let left = try tool.redis.cli("ZRANGE", "jwt:{alice}:tokens", "0", "-1")
            let listed = Set(left.split(separator: "\n").map(String.init))
            let denied = try tool.redis.cli("--scan", "--pattern", "jwt:deny:*")
            let dead = Set(denied.split(separator: "\n").map { String($0.dropFirst(9)) })
            // What left the list is dead, and where anything is dead the cutoff stands.
            let gone = Set(ids).subtracting(listed)
            #expect(gone.isSubset(of: dead), "round \(round)")
            if !dead.isEmpty {
                let sample = ids.randomElement() ?? "t0"
                #expect(try isDead(sample, iat: iat, user: "alice", tool.redis))
                let token = ServiceToken.sign(
                    #"{"sub":"alice","iat":\#(iat),"exp":\#(iat + 5000),"jti":"\#(sample)"}"#)
                #expect(try tool.run("verify", "-q", token).status == 6)
            }
            if let any = dead.randomElement() {
                #expect(try tool.run("status", "-q", any).status == 6)
            }
            guard round % 5 == 0 else { continue }
            let again = try tool.run("logout-all", "--json", "alice")
            #expect(again.status == 0, "\(again.errorText)")
            #expect(again.text.contains("\"complete\": true"))
            #expect(try tool.redis.cli("EXISTS", "jwt:{alice}:tokens") == "0")
            for id in ids.shuffled().prefix(3) {
                #expect(try isDead(id, iat: iat, user: "alice", tool.redis))
                #expect(try tool.redis.cli("EXISTS", "jwt:deny:\(id)") == "1")
            }
        }
        #expect(killed > 25, "only \(killed) of 50 were killed before their end")
    }

    @Test func aLoginRightAfterwardsLivesAndAllOlderOnesAreDead() throws {
        // Each waits up to a second for the clock, so that many users are logged out side by side.
        let tool = try BuiltTool()
        let users = (0..<100).map { "alice\($0)" }
        var older: [String: [String]] = [:]
        for user in users.prefix(10) {
            let recorded = try tool.run("issue", "--sub", user).text
            older[user] = [
                recorded, ServiceToken.of(user, jti: "u-\(user)"),
                ServiceToken.of(user, jti: nil, age: 30),
            ]
        }
        for start in stride(from: 0, to: users.count, by: 10) {
            let wave = users[start..<start + 10].map { user in
                (user, Result { try tool.start(["logout-all", "-q", user]) })
            }
            // The one that is waited for first must not age while the others end.
            for (user, started) in wave {
                let process = try started.get()
                #expect(try process.finish().status == 0)
                let login = ServiceToken.of(user, jti: "login-\(user)")
                let verdict = try tool.run("verify", login)
                #expect(verdict.status == 0, "\(user): \(verdict.text)")
                for token in older[user] ?? [] {
                    #expect(try tool.run("verify", "-q", token).status == 6)
                }
            }
        }
    }

    @Test func signalsEndABulkRevocationWithCountsThatAddUp() throws {
        let tool = try BuiltTool()
        let total = 20_000
        let lines = (0..<total).map { "item-\($0)\t4102444800\n" }.joined()
        try tool.directory.write("items", lines)
        var interrupted = 0
        for round in 0..<12 {
            try tool.redis.cli("FLUSHALL")
            let number = round % 2 == 0 ? SIGINT : SIGTERM
            let process = try tool.start(["revoke", "--yes", "--json", "--from", "items"])
            usleep(UInt32.random(in: 5_000...120_000))
            process.signal(number)
            let result = try process.finish()
            guard case .signal(let ending) = result.ending else {
                #expect(result.status == 0, "\(result.errorText)")
                continue
            }
            interrupted += 1
            #expect(ending == Int(number))
            // Before its first line was read it ends at once.
            guard !result.text.isEmpty else { continue }
            let counts = Counts(result.text)
            #expect(counts.sum == counts["total"], "\(result.text)")
            let denied = try tool.redis.cli("--scan", "--pattern", "jwt:deny:*")
            #expect(denied.split(separator: "\n").count == counts["revoked"])
        }
        #expect(interrupted > 0)
    }
}

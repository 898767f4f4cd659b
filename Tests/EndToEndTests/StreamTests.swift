import Foundation
import TestSupport
import Testing

/// `verify --stream`: one line for each line, at once, in order.
@Suite(.redis) struct StreamTests {
    @Test func answersEachLineAsItComes() throws {
        let tool = try BuiltTool()
        let process = try tool.start(["verify", "--stream"])
        let token = ServiceToken.of("alice", jti: "live")
        for index in 0..<50 {
            process.send(index % 3 == 0 ? "\n" : index % 3 == 1 ? token + "\n" : "junk\n")
            let line = try #require(process.line(), "no answer to line \(index)")
            #expect(line.contains(index % 3 == 1 ? "\"active\":true" : "\"reason\":\"malformed\""))
        }
        // What is revoked meanwhile is revoked in the next line.
        #expect(try tool.run("revoke", "-q", token).status == 0)
        process.send(token + "\n")
        #expect(process.line()?.contains("\"reason\":\"revoked\"") == true)
        // The last line needs no newline.
        process.send("junk")
        let result = try process.finish()
        #expect(result.text.split(separator: "\n").count == 1)
        #expect(result.status == 0)
    }

    /// A gateway's stream outlives fail-overs: the old primary goes on answering.
    @Test func aPrimaryThatWasDemotedIsNotAskedAnyMore() throws {
        let tool = try BuiltTool()
        let process = try tool.start(["verify", "--stream"])
        let token = ServiceToken.of("alice", jti: "live") + "\n"
        process.send(token)
        #expect(process.line()?.contains("\"active\":true") == true)
        try tool.redis.cli("REPLICAOF", "127.0.0.1", "1")
        usleep(1_050_000)
        process.send(token)
        #expect(process.line()?.contains("\"reason\":\"unknown\"") == true)
        try tool.redis.cli("REPLICAOF", "NO", "ONE")
        usleep(1_050_000)
        process.send(token)
        #expect(process.line()?.contains("\"active\":true") == true)
        #expect(try process.finish().status == 8)
    }

    /// A pipe that stays open: what has come is done before more of it is waited for.
    @Test func whatComesThroughAPipeIsDoneAtOnce() throws {
        let tool = try BuiltTool()
        let process = try tool.start(["revoke", "--yes", "--ttl", "1h", "-"])
        for index in 0..<5 {
            process.send("id-\(index)\n# a comment\n")
            try waitUntil("line \(index)") {
                try tool.redis.cli("EXISTS", "jwt:deny:id-\(index)") == "1"
            }
        }
        let result = try process.finish()
        #expect(result.status == 0)
        #expect(result.text == "5 items: 5 revoked\n")

        let reading = try tool.start(["status", "-o", "jsonl", "-"])
        for index in 3..<7 {
            reading.send("id-\(index)\n")
            let line = try #require(reading.line(), "no answer to line \(index)")
            #expect(line.contains(index < 5 ? "\"active\":false" : "\"revoked\":false"))
        }
        #expect(try reading.finish().status == 10)
    }

    @Test func hasOneAnswerForEachOfManyLines() throws {
        let tool = try BuiltTool()
        let long = String(repeating: "A", count: 400_000)
        var lines: [String] = []
        var reasons: [String?] = []
        for index in 0..<1000 {
            switch index % 6 {
            case 0:
                (lines, reasons) = (
                    lines + [ServiceToken.of("a", jti: "id-\(index)")], reasons + [nil]
                )
            case 1: (lines, reasons) = (lines + [""], reasons + ["malformed"])
            case 2:
                lines.append(ServiceToken.of("a", jti: "id-\(index)", lives: -5))
                reasons.append("expired")
            case 3: (lines, reasons) = (lines + ["  \t"], reasons + ["malformed"])
            case 4: (lines, reasons) = (lines + ["# no comment"], reasons + ["malformed"])
            default:
                lines.append(
                    index % 60 == 5 ? long : "Bearer " + ServiceToken.of("a", jti: nil) + "\r")
                reasons.append(index % 60 == 5 ? "malformed" : nil)
            }
        }
        let result = try tool.run(
            ["verify", "--stream"], input: Array((lines.joined(separator: "\n") + "\n").utf8))
        #expect(result.status == 0, "\(result.errorText)")
        let answers = result.text.split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast()
        try #require(answers.count == lines.count)
        for (index, answer) in answers.enumerated() {
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any])
            #expect(object["reason"] as? String == reasons[index], "line \(index)")
            if index % 6 == 0 {
                let payload = object["payload"] as? [String: Any]
                #expect(payload?["jti"] as? String == "id-\(index)")
            }
        }
    }

    @Test func aRedisThatDiesMakesTheRestUnknown() throws {
        let tool = try BuiltTool()
        let process = try tool.start(["verify", "--stream", "--timeout", "1s"])
        process.send(ServiceToken.of("alice", jti: "a") + "\n")
        #expect(process.line()?.contains("\"active\":true") == true)
        tool.redis.kill9()
        for _ in 0..<5 {
            process.send(ServiceToken.of("alice", jti: "b") + "\n")
            let line = try #require(process.line())
            #expect(line.contains("\"reason\":\"unknown\""), "\(line)")
            #expect(!line.contains("\"active\":true"))
            process.send("junk\n")
            #expect(process.line()?.contains("\"reason\":\"malformed\"") == true)
        }
        #expect(try process.finish().status == 8)
    }

    @Test func aRedisThatComesBackIsAskedAgain() throws {
        let tool = try BuiltTool()
        let process = try tool.start(["verify", "--stream", "--timeout", "1s"])
        let token = ServiceToken.of("alice", jti: "a")
        process.send(token + "\n")
        #expect(process.line()?.contains("\"active\":true") == true)
        tool.redis.kill9()
        process.send(token + "\n")
        #expect(process.line()?.contains("\"reason\":\"unknown\"") == true)
        try tool.redis.restart()
        process.send(token + "\n")
        #expect(process.line()?.contains("\"active\":true") == true)
        #expect(try process.finish().status == 8)
    }
}

import TestSupport
import Testing

/// `doctor` on a machine whose clock is wrong.
@Suite(.redis) struct DoctorClockTests {
    @Test(arguments: [("+1h", "1 h ahead of", "ERROR", 1), ("-20s", "20 s behind", "WARNING", 0)])
    func aClockThatIsOffIsFound(
        _ skew: String, _ words: String, _ severity: String, _ status: Int
    ) throws {
        let tool = try BuiltTool(RedisServer(configuration: ["appendonly yes"]))
        let result = try tool.run(
            ["doctor"], under: ["faketime", "--exclude-monotonic", "-f", skew])
        #expect(result.status == status, "\(result.text)\(result.errorText)")
        #expect(
            result.text.contains(severity)
                && result.text.contains("this machine is \(words) Redis"),
            "\(result.text)")
        let right = try tool.run("doctor")
        #expect(right.text.contains("this machine and Redis agree"), "\(right.text)")
    }
}

import JSON
import TestSupport
import Testing

@testable import Commands

/// A cutoff is never lowered, and no report says that an earlier one was set.
@Suite(.redis) struct LaterCutoffTests {
    @Test func `the cutoff of a user stays, and the report says so`() throws {
        let sandbox = try Sandbox()
        let first = try sandbox.jwtctl("logout-all", "--json", "alice").object()
        let line = ["logout-all", "--issued-before", "-1h", "alice"]
        let dry = sandbox.jwtctl.run(line + ["--dry-run"])
        #expect(dry.output.contains("  the cutoff would stay at 20"), "\(dry.output)")
        let real = sandbox.jwtctl.run(line)
        #expect(real.output.contains("  the cutoff stays at 20"), "\(real.output)")
        for result in [dry, real] {
            #expect(result.status == 0)
            #expect(result.output.contains(": tokens issued up to then stay revoked\n"))
            #expect(!result.output.contains("recorded or not"))
            #expect(!result.output.contains("cutoff raised"))
        }
        let object = try sandbox.jwtctl.run(line + ["--json"]).object()
        #expect(object["cutoff"] == first["cutoff"] && object["complete"] == true)
    }

    @Test func `an earlier cutoff is raised, and the report says so`() throws {
        let sandbox = try Sandbox()
        for time in ["-2h", "-1h"] {
            let result = sandbox.jwtctl("logout-all", "--issued-before", time, "alice")
            #expect(result.output.contains("are now revoked, recorded or not"))
            #expect(result.output.contains("no recorded tokens (cutoff raised)"))
        }
    }

    @Test func `the cutoff of all users stays, and the report says so`() throws {
        let sandbox = try Sandbox()
        sandbox.jwtctl("logout-all", "-q", "--everyone", "--yes")
        let line = ["logout-all", "--everyone", "--issued-before", "-1h"]
        let dry = sandbox.jwtctl.run(line + ["--dry-run"])
        #expect(dry.output.hasPrefix("the cutoff of all users would stay at 20"))
        let real = sandbox.jwtctl.run(line + ["--yes"])
        #expect(real.output.hasPrefix("the cutoff of all users stays at 20"), "\(real.output)")
        #expect(!(dry.output + real.output).contains("all tokens of all users"))
    }
}

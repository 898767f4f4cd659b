import Foundation
import TestSupport
import Testing

/// What the tool lends to OpenSSL and hiredis is still there when they read it: a name that was
/// freed too early once made a valid signature a bad one, now and then.
@Suite(.slow) struct MemoryTests {
    @Test(
        arguments: [
            ["verify"], ["verify", "--offline"], ["issue", "--sub", "bob"], ["revoke"],
            ["key", "generate", "--alg", "ES256", "--format", "jwk"],
        ])
    func nothingIsReadAfterItWasFreed(_ command: [String]) throws {
        let tool = try BuiltTool()
        let issued = try tool.run("issue", "--sub", "alice")
        #expect(issued.status == 0, "\(issued.errorText)")
        // Whether a value was ever written is not asked: Swift's own runtime is not clean there.
        let result = try tool.run(
            command, input: issued.output,
            under: ["valgrind", "-q", "--undef-value-errors=no", "--error-exitcode=99"],
            timeout: 120)
        #expect(result.status == 0, "\(result.errorText)")
    }
}

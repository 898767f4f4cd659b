import Testing

/// A private Redis, a folder and a secret, with the program that uses them.
package final class Sandbox {
    /// An HMAC secret of 256 bits and more.
    package static let secret = "a secret of the tests, long enough for HS256"
    /// Another secret, for tokens that another party has signed.
    package static let otherSecret = "another-secret-of-32-bytes-or-so"

    package let server: RedisServer
    package let directory: TemporaryDirectory
    /// The file that holds `secret` and a final newline.
    package let secretFile: String
    package var jwtctl: TestTool

    /// Prepares folder and secret for `server`, or for a new one.
    package init(_ server: RedisServer? = nil, options: [String] = []) throws {
        let server = try server ?? RedisServer()
        self.server = server
        directory = try TemporaryDirectory()
        secretFile = try directory.write("secret", Self.secret + "\n")
        jwtctl = TestTool(
            environment: [
                "JWTCTL_REDIS_URL": server.url, "JWTCTL_SECRET": secretFile,
                "JWTCTL_ACTOR": "ops",
            ], options: options)
    }

    /// Writes a file and returns its path.
    package func file(_ name: String, _ text: String) throws -> String {
        try directory.write(name, text)
    }

    /// Issues a token for alice, which is recorded unless the arguments say otherwise.
    package func token(_ arguments: String...) throws -> String {
        let result = jwtctl.run(["issue", "--sub", "alice"] + arguments)
        try #require(result.status == 0, Comment(rawValue: result.errors))
        return result.line
    }
}

import Foundation

/// A program that stands for `curl -f`: it asks a service that reads the native layout of a Redis,
/// and ends with 22 where that refuses the token.
package enum ServiceStub {
    /// Reads the header that comes with `-H @-`, and asks the Redis at the socket `$SOCKET`.
    private static let script = """
        #!/bin/sh
        read -r header
        test "$header" = "Authorization: Bearer $JWTCTL_TOKEN" || exit 22
        id=$(jwtctl decode --field payload.jti "$JWTCTL_TOKEN") || exit 22
        found=$(redis-cli -s "$SOCKET" EXISTS "jwt:deny:$id") || exit 7
        test "$found" = 0 || exit 22

        """

    /// Makes the program, and returns the folder to be put into a PATH.
    package static func install(in directory: TemporaryDirectory) throws -> String {
        let folder = directory.file("stub")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try directory.writeProgram("stub/curl", script)
        return folder
    }
}

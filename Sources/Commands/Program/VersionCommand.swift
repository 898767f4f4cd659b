internal import CommandKit
internal import JSON
internal import OpenSSL
internal import Platform
internal import Redis

/// The version of this program. The packaging scripts read it from this line.
package let programVersion = "0.2.0"

/// Options of a command that has only the global ones.
struct PlainOptions: CommandOptions {
    var global = GlobalOptions()
}

/// `version`: what a report of a problem should contain. `--version` prints only the first two
/// words.
let versionCommand = Command(
    name: "version", summary: "Show the version and how it was built.",
    discussion: [
        """
        Shows the commit and its date, the Swift compiler, and the versions of OpenSSL and hiredis: \
        the one that the program was built with and, for OpenSSL, the one that is running. A static \
        program needs no shared library.
        """
    ],
    defaults: PlainOptions(), options: [.group(GlobalOptions.group, at: \.global)],
    examples: [
        Example(
            command: "jwtctl version", summary: "Show the version of jwtctl.",
            output: [
                "jwtctl \(programVersion) (commit 494e855f3b21, 2026-11-30)",
                "Swift 6.3.1, OpenSSL 3.0.19, hiredis 0.14.1, dynamic",
            ]),
        Example(
            command: "jwtctl version --field openssl.running",
            summary: "Print the version of OpenSSL alone.",
            output: ["3.0.19"]),
    ],
    exitStatuses: ExitStatus.docs(.failure),
    run: { options, system in
        let version = ProgramVersion()
        try Console(options.global, system: system).result(version.json) { version.words }
        return .success
    })

/// The version of the program and of the libraries it uses, for `version` and `doctor`.
struct ProgramVersion {
    /// The version with its commit, such as `jwtctl 0.2.0 (commit 494e855f3b21, 2026-11-30)`.
    var title: String {
        let commit = BuildFacts.commit.map { "commit \($0)" } ?? "development build"
        return
            "jwtctl \(programVersion) (\([commit, BuildFacts.date].compactMap(\.self).joined(separator: ", ")))"
    }

    /// The libraries and the kind of linking, such as `OpenSSL 3.0.17, hiredis 0.14.1, static`. A
    /// running OpenSSL of another version than at build time is named, because that is allowed.
    var libraries: String {
        let built = OpenSSLVersion.built
        let running = OpenSSLVersion.running
        let openSSL = built == running ? running : "\(running) (built with \(built))"
        return "OpenSSL \(openSSL), hiredis \(HiredisVersion.built), "
            + (BuildFacts.isStatic ? "static" : "dynamic")
    }

    /// The text of the command `version`.
    var words: String {
        let swift = BuildFacts.swift.map { "Swift \($0), " } ?? ""
        return "\(title)\n\(swift)\(libraries)\n"
    }

    /// The JSON result. Facts that a development build does not have are null.
    var json: JSONObject {
        [
            "name": "jwtctl", "version": .string(programVersion), "commit": text(BuildFacts.commit),
            "date": text(BuildFacts.date), "swift": text(BuildFacts.swift),
            "openssl": .object([
                "built": .string(OpenSSLVersion.built), "running": .string(OpenSSLVersion.running),
            ]),
            "hiredis": .object(["built": .string(HiredisVersion.built)]),
            "static": .bool(BuildFacts.isStatic),
        ]
    }

    /// A fact about the build as JSON.
    private func text(_ fact: String?) -> JSONValue { fact.map { .string($0) } ?? .null }
}

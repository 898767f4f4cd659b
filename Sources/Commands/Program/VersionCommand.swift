internal import CommandKit
internal import JSON
internal import OpenSSL
internal import Platform
internal import Redis

/// The version of this program.
package let programVersion = "0.2.0"

struct PlainOptions: CommandOptions {
    var global = GlobalOptions()
}

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

/// The program and what it is made of.
struct ProgramVersion {
    /// `jwtctl 0.2.0 (commit 494e855f3b21, 2026-11-30)`.
    var title: String {
        let commit = BuildFacts.commit.map { "commit \($0)" } ?? "development build"
        return
            "jwtctl \(programVersion) (\([commit, BuildFacts.date].compactMap(\.self).joined(separator: ", ")))"
    }

    /// `OpenSSL 3.0.17, hiredis 0.14.1, static`.
    var libraries: String {
        let built = OpenSSLVersion.built
        let running = OpenSSLVersion.running
        let openSSL = built == running ? running : "\(running) (built with \(built))"
        return "OpenSSL \(openSSL), hiredis \(HiredisVersion.built), "
            + (BuildFacts.isStatic ? "static" : "dynamic")
    }

    var words: String {
        let swift = BuildFacts.swift.map { "Swift \($0), " } ?? ""
        return "\(title)\n\(swift)\(libraries)\n"
    }

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

    private func text(_ fact: String?) -> JSONValue { fact.map { .string($0) } ?? .null }
}

import CommandKit
import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// A back end and the program that asks it, with a record of the options that a test has used.
final class BackEndSandbox {
    let backEnd: BackEnd
    let place: Place
    let directory: TemporaryDirectory
    /// The options that were given to each command, without dashes and values.
    private(set) var used: [String: Set<String>] = [:]
    private let secretFile: String

    /// What the reader of `help redis` may do.
    private static let reading = ["verify", "status", "list", "audit", "layout", "__complete"]

    init(_ backEnd: BackEnd, _ place: Place) throws {
        self.backEnd = backEnd
        self.place = place
        directory = try TemporaryDirectory()
        secretFile = try directory.write("secret", Sandbox.secret + "\n")
    }

    private func environment(for arguments: [String]) -> [String: String] {
        let isReading = Self.reading.contains(arguments[0])
        return [
            "JWTCTL_REDIS_URL": isReading ? place.readerURL : place.url,
            "JWTCTL_SECRET": secretFile,
            "JWTCTL_ACTOR": "ops", "JWTCTL_NAMESPACE": place.namespace,
        ]
    }

    /// Runs the program, as the user who may only look where the command only looks.
    @discardableResult
    func run(_ arguments: [String], input: String = "") -> TestTool.Result {
        note(arguments)
        // What a shell asks for has the options among the words that follow.
        let isCompletion = arguments.first == "__complete"
        return TestTool(
            environment: environment(for: arguments), options: isCompletion ? [] : place.options
        ).run(arguments, input: input)
    }

    /// Starts the built program, for what ends only by a signal.
    func start(_ arguments: String...) throws -> RunningProcess {
        note(arguments)
        return try RunningProcess(
            [BuiltTool.path] + place.options + arguments,
            environment: environment(for: arguments).merging(["PATH": "/usr/bin:/bin"]) { $1 })
    }

    /// A command that asks a service which verifies tokens with the program itself.
    var service: [String] {
        let settings = environment(for: ["verify"])
            .map { "\($0.key)='\($0.value)'" }.joined(separator: " ")
        let tool = ([BuiltTool.path] + place.options + ["verify", "-q"])
            .map { "'\($0)'" }.joined(separator: " ")
        let script = """
            \(settings) \(tool) "$JWTCTL_TOKEN"; status=$?
            test $status -ne 6 || exit 22; exit $status
            """
        return ["/bin/sh", "-c", script]
    }

    private func note(_ arguments: [String]) {
        let isGroup = ["list", "layout"].contains(arguments.first)
        let path = arguments.prefix(isGroup ? 2 : 1).joined(separator: " ")
        let names = arguments.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }
        used[path, default: []].formUnion(names.map { String($0.dropFirst(2)) })
    }

    /// Runs the program, which has to end with `status`.
    @discardableResult
    func callAsFunction(
        _ arguments: String..., input: String = "", status: Int32 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> TestTool.Result {
        let result = run(arguments, input: input)
        #expect(
            result.status == status, "\(arguments): \(result.output)\(result.errors)",
            sourceLocation: sourceLocation)
        return result
    }

    /// A token of `user` with an id, on the user's list unless told otherwise.
    @discardableResult
    func token(_ id: String, of user: String = "alice", isRecorded: Bool = true) -> String {
        run(
            ["issue", "--sub", user, "--jti", id, isRecorded ? "--record" : "--no-record"]
        ).line
    }

    /// The ids on the blacklist.
    func denied() throws -> Set<String> {
        Set(try run(["list", "revoked", "-o", "json"]).array().compactMap { $0.text("id") })
    }

    /// The ids on the user's list.
    func listed(_ user: String) throws -> Set<String> {
        Set(
            try run(["list", "tokens", user, "-o", "json"]).array().compactMap { $0.text("id") })
    }

    /// How many lines `list` writes in each format: what they hold is the same everywhere.
    func expectFormats(
        _ command: String..., count: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for format in OutputFormat.common {
            let result = run(command + ["-o", format.rawValue])
            #expect(result.status == 0, "\(result.errors)", sourceLocation: sourceLocation)
            let lines = result.output.split(separator: "\n").count
            switch format {
            case .json: #expect(try result.array().count == count, sourceLocation: sourceLocation)
            case .table, .wide, .csv:
                #expect(lines == count + 1, "\(result.output)", sourceLocation: sourceLocation)
            default: #expect(lines == count, "\(result.output)", sourceLocation: sourceLocation)
            }
        }
    }
}

extension JSONObject {
    func text(_ name: JSONString) -> String? { self[name]?.stringValue?.text }
    func integer(_ name: JSONString) -> Int64? { self[name]?.numberValue?.integer }
}

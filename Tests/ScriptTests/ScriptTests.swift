import Foundation
import TestSupport
import Testing

/// Every script of the folder, each against a Redis of its own.
@Suite(.redis) struct ScriptTests {
    static let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
        + "/Scripts"

    static let names: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder))
        ?? []).filter { $0.hasSuffix(".txt") }.sorted()

    /// `expiretime KEY` is what EXPIRETIME answers on Redis 7.0 and later.
    private static let prelude = """
        exec 2>&1
        expiretime() {
          redis-cli -s "$SOCKET" EVAL "local time = redis.call('TIME')
            return math.floor(time[1] + (time[2] / 1000 + redis.call('PTTL', KEYS[1]) + 500) / 1000)" \
            1 "$1"
        }

        """

    @Test func theFolderHoldsScripts() {
        #expect(Self.names.count >= 20)
    }

    @Test(arguments: names)
    func prints(_ name: String) throws {
        let text = try String(contentsOfFile: Self.folder + "/" + name, encoding: .utf8)
        let transcript = Transcript(text)
        try #require(!transcript.steps.isEmpty, "\(name) holds no command")
        let tool = try BuiltTool()
        let mark = "--- status "
        let path = try "PATH='\(ServiceStub.install(in: tool.directory))':$PATH\n"
        let result = try tool.shell(path + Self.prelude + transcript.program(mark: mark))
        var lines = result.text.split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        if lines.last == "" { lines.removeLast() }
        var session = ""
        var differs = 0
        for step in transcript.steps {
            let end = lines.firstIndex { $0.hasPrefix(mark) } ?? lines.endIndex
            let printed = lines[..<end]
            let status = end < lines.endIndex ? Int(lines[end].dropFirst(mark.count)) : nil
            lines.removeFirst(min(end + 1, lines.count))
            session += "$ \(step.command)\n" + printed.map { $0 + "\n" }.joined()
            session += status == 0 ? "" : "[status \(status.map(String.init) ?? "none")]\n"
            if !Transcript.matches(step.expected[...], printed) || status != step.status {
                differs += 1
                session += "^^^ expected:\n" + step.expected.map { $0 + "\n" }.joined()
                session += "[status \(step.status)]\n"
            }
        }
        #expect(differs == 0, "\(name):\n\(session)")
    }

    @Test(arguments: [
        (["a", "...", "z"], ["a", "z"], true), (["a", "...", "z"], ["a", "b", "c", "z"], true),
        (["..."], [], true), (["a", "..."], ["b"], false), (["x {{[0-9]+}} y"], ["x 12 y"], true),
        (["x {{[0-9]+}} y"], ["x y"], false), (["a.c"], ["abc"], false), (["{{}}"], [""], true),
        ([], ["a"], false), (["a"], [], false), (["...", "b"], ["b", "b"], true),
    ])
    func wildcards(_ pattern: [String], _ actual: [String], _ matches: Bool) {
        #expect(Transcript.matches(pattern[...], actual[...]) == matches)
    }
}

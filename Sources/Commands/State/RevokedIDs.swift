internal import CommandKit
internal import Layouts
internal import Platform

/// The output of `--print-ids`: the id of each token that was revoked, one a line as `-o id` writes
/// it, in the order in which the revocations were acknowledged.
///
/// A failure to write does not end the logout. `finish` reports it.
final class RevokedIDs {
    private enum Target {
        case file(LineFile)
        /// Standard output.
        case output(OutputStream)
    }

    private let target: Target
    /// Makes the line of an id.
    private let line: (Identifier) -> String
    private let console: Console
    /// The first failure to write to standard output; nothing is written to it afterwards.
    private var failure: SystemError?
    /// Whether ids are missing. It is known after `finish`.
    private(set) var isIncomplete = false

    /// `path` is a new file that only its owner can read (see `LineFile`), or `-` for `output`.
    /// `lines` are those that the command reads, from which the file must differ.
    init(
        path: [UInt8], reading lines: LineSource?, output: OutputStream, _ backend: Backend,
        _ console: Console
    ) throws {
        // Where the layout knows a token by its text, the id is shown: the text is a secret.
        let (naming, idLine) = (backend.layout.naming, backend.idLine())
        line = { idLine(DisplayToken.label(of: $0, naming)) }
        self.console = console
        guard !Self.isOutput(path) else {
            target = .output(output)
            return
        }
        let file = try LineFile(path: path, option: "--print-ids", reading: lines)
        target = .file(file)
        if let leftover = file.leftover {
            try console.warn("\(leftover) is left over from an interrupted run")
        }
    }

    /// Whether a path means standard output.
    static func isOutput(_ path: [UInt8]?) -> Bool { path == [UInt8(ascii: "-")] }

    /// Writes ids at once, so that a crash does not lose those of tokens that are revoked already.
    func write(_ ids: [Identifier]) {
        let text = ids.map { line($0) + "\n" }.joined()
        switch target {
        case .file(let file):
            file.write(text.utf8)
            file.flush()
        case .output(let stream):
            guard failure == nil else { return }
            do throws(OutputError) {
                try stream.write(text)
                try stream.flush()
            } catch {
                failure = error.cause
            }
        }
    }

    /// Completes the file, and reports on standard error if ids are missing from it.
    func finish() {
        let missing: Failure?
        switch target {
        case .file(let file): missing = file.finish(loss: "ids are missing from it")
        case .output:
            missing = failure.map { error in
                Failure(
                    .failure, "output",
                    "cannot write to standard output: \(error.message); ids are missing from it")
            }
        }
        guard let missing else { return }
        isIncomplete = true
        console.unlessClosed { () throws(OutputError) in try console.error(missing.message) }
    }
}

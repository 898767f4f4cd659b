internal import CommandKit
internal import Platform
internal import Glibc

/// What a source is for and who named it, for errors that must not repeat the source.
struct SourceRole {
    /// What the source holds, such as `key`.
    let what: String
    /// The option, variable or line that names it.
    let origin: String
    /// The option that takes such a source.
    let option: String

    init(_ what: String, option: String, origin: String? = nil) {
        self.what = what
        self.option = option
        self.origin = origin ?? option
    }

    /// Why a source that names nothing could not be read.
    func failure(_ source: Source) -> Failure {
        guard case .path(let path) = source else {
            return Failure(
                .failure, "input", "the variable that \(origin) names is not set", hint: hint)
        }
        if Self.schemes.contains(where: { path.starts(with: $0.utf8) }) {
            return Failure(
                .failure, "input", "cannot read the \(what): \(origin) names a URL, not a file",
                hint: "jwtctl fetches nothing: \(option) <(curl -fsS URL)")
        }
        if Self.isContent(path) {
            return Failure(
                .failure, "input", "\(origin) takes a SOURCE, not the \(what)",
                hint: "put the \(what) in a variable or a file; " + hint)
        }
        let near = NearbyFile.nearest(to: path)
            .map { "did you mean '\(VisibleText.escape($0, columns: 120))'? " }
        return Failure(
            .failure, "input",
            "cannot read the \(what) that \(origin) names: \(Self.words(path))",
            hint: (near ?? "") + hint)
    }

    /// Why the system does not open the file.
    private static func words(_ path: [UInt8]) -> String {
        do throws(SystemError) {
            _ = try Descriptor.open(path, flags: O_RDONLY | O_NONBLOCK)
            return "it did not exist a moment ago"
        } catch {
            return error.message
        }
    }

    private var hint: String {
        "a SOURCE is a path, env:NAME, fd:N or -, never the \(what) "
            + (what.hasSuffix("s") ? "themselves" : "itself")
    }

    private static let schemes = ["https://", "http://", "HTTPS://", "HTTP://"]

    /// Whether the text is clearly a key or an object, not its place.
    private static func isContent(_ text: [UInt8]) -> Bool {
        text.contains(0x0A) || text.first == UInt8(ascii: "{")
            || String(decoding: text, as: UTF8.self).contains("BEGIN ")
    }
}

internal import CommandKit
internal import Glibc
internal import Platform

/// The purpose of a source and the setting that names it, for errors that must not repeat the
/// source.
struct SourceRole {
    /// The kind of content, such as `key`.
    let what: String
    /// The option, variable or line that names it.
    let origin: String
    /// The option that takes such a source.
    let option: String

    /// If `origin` is nil the option itself names the source.
    init(_ what: String, option: String, origin: String? = nil) {
        self.what = what
        self.option = option
        self.origin = origin ?? option
    }

    /// The failure for a source that does not exist.
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

    /// The system's reason for not opening the file.
    private static func words(_ path: [UInt8]) -> String {
        do throws(SystemError) {
            _ = try Descriptor.open(path, flags: O_RDONLY | O_NONBLOCK)
            return "it did not exist a moment ago"
        } catch {
            return error.message
        }
    }

    /// The hint on the forms of a source.
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

// MARK: - Names of files

/// Files whose names are given by mistake, or with a slip.
enum NearbyFile {
    /// The number of names that are read from a folder.
    private static let limit = 4096

    /// The path of the file with the most similar name in the same folder; nil if there is none. It
    /// is an existing name, never a part of `path`, which may be a secret.
    static func nearest(to path: [UInt8]) -> String? {
        let slash = path.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { Array(path[...$0]) } ?? []
        let name = path[(slash.map { $0 + 1 } ?? 0)...]
        guard let typed = String(validating: name, as: UTF8.self) else { return nil }
        let near = Suggestions.nearest(to: typed, among: names(in: folder)).first
        return near.map { String(decoding: folder, as: UTF8.self) + $0 }
    }

    /// Whether an operand is the name of a file that is there, and looks like one.
    static func isName(_ operand: [UInt8]) -> Bool {
        let endings = [".txt", ".jwt", ".json", ".csv"]
        guard
            operand.contains(UInt8(ascii: "/"))
                || endings.contains(where: { operand.suffix($0.utf8.count).elementsEqual($0.utf8) })
        else { return false }
        var status = stat()
        let path = operand.map { CChar(bitPattern: $0) } + [0]
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The first names in a folder; none where it cannot be read.
    private static func names(in path: [UInt8]) -> [String] {
        let path = path.isEmpty ? Array("./".utf8) : path
        let terminated = path.map { CChar(bitPattern: $0) } + [0]
        guard let folder = unsafe opendir(terminated) else { return [] }
        defer { _ = unsafe closedir(folder) }
        var names: [String] = []
        while names.count < limit, let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe Array(bytes.prefix { $0 != 0 })
            }
            if let text = String(validating: name, as: UTF8.self) { names.append(text) }
        }
        return names
    }
}

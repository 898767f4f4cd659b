internal import CommandKit
internal import Glibc
internal import Platform

/// The configuration file: profiles and layouts in sections with bracketed names, `key = value`
/// lines and comments that begin with `#` or `;`. `jwtctl-config(5)` describes it.
///
/// It is read as a whole before any setting is used, so that an error in any line is reported.
/// Errors do not repeat text that may be part of a key or password.
struct ConfigurationFile {
    /// A value, and the number of its line, counted from 1.
    struct Entry: Equatable {
        let text: String
        let line: Int
    }

    /// A layout that the user defined: either a layout file or a preset, with values for its
    /// variables.
    struct LayoutEntry {
        /// The path of a layout file, relative to the folder of the configuration file.
        var file: Entry?
        /// The name of a preset.
        var preset: Entry?
        /// The values of the lines `var.NAME = VALUE`, by name.
        var variables: [String: String] = [:]
        let line: Int
    }

    /// The largest file that is read, in bytes: 1 MiB is far more than anyone writes by hand.
    private static let limit = 1024 * 1024
    /// The settings of a layout section.
    private static let layoutKeys = ["file", "preset"]
    /// The prefix of settings that are variables of the layout.
    private static let variablePrefix = "var."

    /// The name of the file in errors, quoted and escaped.
    let title: String
    /// The folder of the file, with a final slash: the base of relative paths. Empty if the file's
    /// path has no folder.
    let folder: [UInt8]
    /// The settings of each profile, by its name.
    private(set) var profiles: [String: [Setting: Entry]] = [:]
    /// The layouts of the file, by name.
    private(set) var layouts: [String: LayoutEntry] = [:]
    /// The names of the profiles, in the order of the file.
    private(set) var profileNames: [String] = []

    /// Reads and checks the file; nil if it does not exist. Anything but a regular file is refused;
    /// O_NONBLOCK keeps a FIFO from blocking here.
    init?(path: [UInt8]) throws {
        title = Source.path(path).title
        let slash = path.lastIndex(of: UInt8(ascii: "/"))
        folder = slash.map { Array(path[...$0]) } ?? []
        let text: [UInt8]
        let mode: mode_t
        do throws(SystemError) {
            let file = try Descriptor.open(path, flags: O_RDONLY | O_NONBLOCK)
            mode = try file.status().st_mode
            guard mode & S_IFMT == S_IFREG else {
                throw mode & S_IFMT == S_IFDIR
                    ? SystemError(code: EISDIR) : SystemError(code: EINVAL)
            }
            text = try Self.read(file)
        } catch {
            if error == .notFound { return nil }
            // The check above throws EINVAL for a FIFO, a device or a socket.
            let words = error.code == EINVAL ? "not a regular file" : error.message
            throw Failure(.failure, "config", "cannot read \(title): \(words)")
        }
        guard text.count <= Self.limit else {
            throw Failure(
                .failure, "config", "cannot read \(title): larger than \(Self.limit) bytes")
        }
        try parse(text)
        try requirePrivate(path, mode)
    }

    /// The bytes of the file, up to a little more than the limit, so that a larger file is
    /// recognized.
    private static func read(_ file: borrowing Descriptor) throws(SystemError) -> [UInt8] {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while text.count <= limit {
            let count = unsafe Glibc.read(file.number, &buffer, buffer.count)
            guard count >= 0 else { throw SystemError.last }
            if count == 0 { break }
            text += buffer[..<count]
        }
        return text
    }

    /// The section that a line belongs to.
    private enum Section {
        /// Before the first section, where no setting is allowed.
        case none
        case profile(String)
        case layout(String)
    }

    /// Reads all lines. The first invalid one is an error, because a setting that is silently
    /// ignored may lead to another Redis.
    private mutating func parse(_ text: [UInt8]) throws {
        guard let content = String(validating: text, as: UTF8.self) else {
            throw Failure(.failure, "config", "\(title) is not valid UTF-8")
        }
        var section = Section.none
        let lines = content.utf8.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() {
            let line = Self.trimmed(bytes)
            let number = index + 1
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("[") {
                section = try begin(line, number)
            } else {
                let (key, value) = try pair(line, number)
                try take(key, value, section, number)
            }
        }
    }

    /// Begins the section of a line `[profile NAME]` or `[layout NAME]`. A name must not occur
    /// twice.
    private mutating func begin(_ line: String, _ number: Int) throws(Failure) -> Section {
        guard line.hasSuffix("]") else { throw failure("'[' without ']'", number) }
        let words = line.dropFirst().dropLast().split(separator: " ").map(String.init)
        guard words.count == 2, words[0] == "profile" || words[0] == "layout" else {
            throw failure("not a section", number, hint: "write [profile NAME] or [layout NAME]")
        }
        let (kind, name) = (words[0], words[1])
        let isDefined = kind == "profile" ? profiles[name] != nil : layouts[name] != nil
        guard !isDefined else {
            throw failure("the \(kind) '\(VisibleText.escape(name))' is defined twice", number)
        }
        if kind == "layout" {
            layouts[name] = LayoutEntry(line: number)
            return .layout(name)
        }
        profiles[name] = [:]
        profileNames.append(name)
        return .profile(name)
    }

    /// Splits a line `NAME = VALUE` at its first equals sign. An empty value is an error.
    private func pair(_ line: String, _ number: Int) throws(Failure) -> (String, String) {
        guard let equals = line.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            // It may be a line of a key, and is not repeated.
            throw failure("not a setting", number, hint: "write NAME = VALUE")
        }
        let key = Self.trimmed(line.utf8[..<equals])
        let value = Self.trimmed(line.utf8[line.utf8.index(after: equals)...])
        guard !value.isEmpty else {
            throw failure("\(Self.shown(key)) has no value", number)
        }
        return (key, value)
    }

    /// Stores a setting in its section. A setting must be known and must not occur twice.
    private mutating func take(
        _ key: String, _ value: String, _ section: Section, _ number: Int
    ) throws(Failure) {
        let entry = Entry(text: value, line: number)
        switch section {
        case .none:
            throw failure(
                "a setting before the first section", number, hint: "begin with [profile default]")
        case .profile(let name):
            guard let setting = Setting(rawValue: key) else {
                throw unknown(key, Setting.allCases.map(\.rawValue), number)
            }
            guard profiles[name]?.updateValue(entry, forKey: setting) == nil else {
                throw failure("'\(key)' is set twice", number)
            }
        case .layout(let name):
            guard var layout = layouts[name] else { return }
            if key.hasPrefix(Self.variablePrefix) {
                layout.variables[String(key.dropFirst(Self.variablePrefix.count))] = value
            } else if key == "file" {
                layout.file = entry
            } else if key == "preset" {
                layout.preset = entry
            } else {
                throw unknown(key, Self.layoutKeys + ["\(Self.variablePrefix)NAME"], number)
            }
            layouts[name] = layout
        }
    }

    /// The error about an unknown setting, with a similar name if there is one.
    private func unknown(_ key: String, _ known: [String], _ number: Int) -> Failure {
        let near = Suggestions.nearest(to: key, among: known).first
        return failure(
            "unknown setting" + (Self.isName(key) ? " '\(key)'" : ""), number,
            hint: near.map { "did you mean '\($0)'?" } ?? "one of: \(known.joined(separator: ", "))"
        )
    }

    /// The name in a form that an error may repeat. Text that cannot be a name may be part of a
    /// key.
    private static func shown(_ key: String) -> String {
        isName(key) ? "'\(key)'" : "the setting"
    }

    /// Whether the text is as short as a setting's name and has only its characters.
    private static func isName(_ key: String) -> Bool {
        key.utf8.count <= 24
            && key.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || "-._".utf8.contains($0)
            }
    }

    /// The path of a setting, with relative ones starting from the folder of this file. The result
    /// always contains a slash, so that it is not taken for the name of a preset.
    func located(_ path: String) -> [UInt8] {
        if path.hasPrefix("/") { return Array(path.utf8) }
        return (folder.isEmpty ? Array("./".utf8) : folder) + Array(path.utf8)
    }

    /// An error about the line with this number.
    func failure(_ message: String, _ line: Int, hint: String? = nil) -> Failure {
        Failure(.failure, "config", "\(title), line \(line): \(message)", hint: hint)
    }

    /// Refuses a file that all users can read if a Redis URL in it contains a password.
    private func requirePrivate(_ path: [UInt8], _ mode: mode_t) throws {
        guard mode & S_IROTH != 0 else { return }
        for name in profileNames {
            guard let entry = profiles[name]?[.redis], URLPassword.isIn(entry.text) else {
                continue
            }
            throw failure(
                "contains a password, but the file is readable by all users", entry.line,
                hint: "chmod 600 \(ShellText.quote(String(decoding: path, as: UTF8.self)))")
        }
    }

    /// The text without white space at both ends. A carriage return counts, for files from Windows.
    private static func trimmed(_ bytes: Substring.UTF8View) -> String {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
        let rest = bytes.drop(while: isSpace)
        guard let last = rest.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(Substring(rest[...last]))
    }
}

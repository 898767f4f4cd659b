internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The output of a command: data on standard output in the requested format, notes on standard
/// error. The options decide both once.
final class Console {
    /// The kind of a command, which decides rules of output and settings.
    struct Kind: OptionSet {
        let rawValue: Int

        /// The command only reports, and `-q` suppresses the report. Other commands print what they
        /// made.
        static let reports = Kind(rawValue: 1)
        /// The command changes something. Ambiguous settings end it.
        static let changes = Kind(rawValue: 2)
    }

    private let kind: Kind
    let system: System
    /// The options that all commands share.
    let options: GlobalOptions
    /// For standard output.
    let style: Style
    private let noteStyle: Style
    private var loadedSettings: Settings?
    private var warnedSettings: Set<Setting> = []

    init(_ options: GlobalOptions, system: System, _ kind: Kind = []) {
        self.options = options
        self.kind = kind
        self.system = system
        style = Style(
            options.color, isTerminal: system.output.isTerminal, environment: system.environment)
        noteStyle = Style(
            options.color, isTerminal: system.diagnostics.isTerminal,
            environment: system.environment)
    }

    /// Settings of environment and profile; the file is read at the first use.
    func settings() throws -> Settings {
        if let loadedSettings { return loadedSettings }
        let settings = try Settings(options, system)
        loadedSettings = settings
        return settings
    }

    /// Checks that an explicit profile and the environment do not name different values of settings
    /// that decide what is changed. A command that only reads follows the profile and warns.
    func requireOneValue(of names: [Setting]) throws {
        let settings = try settings()
        for name in names {
            guard let conflict = settings.conflict(over: name) else { continue }
            guard !kind.contains(.changes) else { throw conflict }
            if warnedSettings.insert(name).inserted {
                try warn("\(conflict.message): the variable is ignored")
            }
        }
    }

    /// The width for tables; nil for a pipe and for `-o wide`, where nothing is cut.
    var tableWidth: Int? {
        system.output.isTerminal && options.format.fitsTerminal ? system.terminal.columns : nil
    }

    /// Whether a person can be asked: input and diagnostics are a terminal.
    var isInteractive: Bool { system.input.isTerminal && system.diagnostics.isTerminal }

    /// A line on standard error, unless the user wants quiet.
    func note(_ message: String) throws(OutputError) {
        guard !options.isQuiet else { return }
        try system.diagnostics.write("jwtctl: \(message)\n")
        try system.diagnostics.flush()
    }

    /// A line on standard error that even `-q` does not silence.
    func warn(_ message: String) throws(OutputError) {
        try system.diagnostics.write("jwtctl: \(noteStyle.yellow("warning:")) \(message)\n")
        try system.diagnostics.flush()
    }

    /// An error on standard error. It ends nothing by itself.
    func error(_ message: String) throws(OutputError) {
        try system.diagnostics.write("jwtctl: \(noteStyle.red("error:")) \(message)\n")
        try system.diagnostics.flush()
    }

    /// Whether results are written as text for a person.
    var isForPerson: Bool { options.format.isText && options.field == nil }

    /// Whether standard output gets nothing.
    var isSilent: Bool { options.isQuiet && kind.contains(.reports) }

    /// A failure that does not end the command, with its remedy.
    func error(_ failure: Failure) throws(OutputError) {
        try error(failure.message)
        if let hint = failure.hint { try note("hint: \(hint)") }
    }

    /// Writes a result to standard output, unless the command is silent.
    func print(_ text: String) throws(OutputError) {
        guard !isSilent else { return }
        try system.output.write(text)
    }

    /// Rewrites or removes the progress line.
    func progress(_ text: String?) throws(OutputError) {
        guard let text, !options.isQuiet else { return }
        try system.diagnostics.write(text)
        try system.diagnostics.flush()
    }

    /// Writes one JSON text and a line feed.
    func json(_ value: JSONValue, _ style: JSONStyle) throws(OutputError) {
        guard !isSilent else { return }
        try system.output.write(value.encoded(style, escaping: .visible))
        try system.output.write("\n")
    }
}

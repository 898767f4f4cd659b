internal import CommandKit
internal import Glibc
internal import Layouts
internal import Platform

/// The choice of the layout: the name of a preset, or a file.
enum LayoutChoice {
    /// In bytes: far more than any layout needs.
    private static let fileLimit = 256 * 1024

    /// The layout that options, environment and profile choose, with its variables. Those of
    /// `--layout-var` replace those of the configuration file.
    static func layout(
        _ options: GlobalOptions, _ settings: Settings, _ system: System,
        for purpose: LayoutReader.Purpose = .use
    ) throws -> Layout {
        var (name, variables) = try chosen(options, settings)
        for (name, value) in options.layoutVariables { variables[name] = value }
        if let namespace = options.namespace ?? settings[.namespace]?.text {
            try Layout.check(namespace)
            // A setting applies to the native layout only; an option applies to any.
            if options.namespace != nil || name == Array(Presets.native.utf8) {
                variables[Layout.namespaceVariable] = namespace
            }
        }
        return try isFile(name)
            ? read(name, variables, purpose, system).layout : preset(name, variables, purpose)
    }

    /// Whether options, environment or profile choose a layout, or name a namespace.
    static func isMade(_ options: GlobalOptions, _ settings: Settings) -> Bool {
        options.layout != nil || options.namespace != nil || settings[.layout] != nil
            || settings[.namespace] != nil
    }

    /// The name of a preset or the path of a file, with what the configuration says about it. A
    /// layout of the configuration file hides a preset of the same name.
    static func chosen(
        _ options: GlobalOptions, _ settings: Settings
    ) throws -> (name: [UInt8], variables: [String: String]) {
        let name = options.layout ?? settings[.layout]?.bytes ?? Array(Presets.native.utf8)
        guard let file = settings.file,
            let own = file.layouts[String(decoding: name, as: UTF8.self)]
        else { return (name, [:]) }
        switch (own.file, own.preset) {
        case (let path?, nil):
            return (file.located(path.text), own.variables)
        case (nil, let preset?): return (Array(preset.text.utf8), own.variables)
        default:
            throw file.failure(
                "a layout needs a file or a preset", own.line,
                hint: "write 'file = PATH' or 'preset = NAME'")
        }
    }

    /// The text of the file that options and environment choose; nil where they choose none. It is
    /// the data of a layout, or an error is thrown.
    static func file(
        _ options: GlobalOptions, _ settings: Settings, _ system: System
    ) throws -> [UInt8]? {
        let name = try chosen(options, settings).name
        return try isFile(name) ? read(name, [:], .show, system).text : nil
    }

    /// Whether a name is the path of a file: names of presets have neither slash nor dot.
    private static func isFile(_ name: [UInt8]) -> Bool {
        name.contains(UInt8(ascii: "/")) || name.contains(UInt8(ascii: "."))
    }

    /// Reads the layout file at `path`, whose errors name the file. The text is for commands that
    /// compare the file itself with the keys in Redis.
    private static func read(
        _ path: [UInt8], _ variables: [String: String], _ purpose: LayoutReader.Purpose,
        _ system: System
    ) throws -> (text: [UInt8], layout: Layout) {
        let source = Source.path(path)
        let content = try source.read(limit: fileLimit, system: system)
        guard content.count > 0 else {
            throw Failure(.failure, "layout", "\(source.title) is empty")
        }
        let text = unsafe content.withBytes { unsafe Array($0) }
        do throws(LayoutError) {
            return (text, try LayoutReader.read(text, variables: variables, for: purpose))
        } catch {
            throw Diagnostics.layout(error, file: source.title)
        }
    }

    /// The preset of this name. Where there is none, but a file of that name, the hint says how to
    /// name the file.
    private static func preset(
        _ name: [UInt8], _ variables: [String: String], _ purpose: LayoutReader.Purpose
    ) throws -> Layout {
        do throws(LayoutError) {
            return try LayoutReader.preset(
                String(decoding: name, as: UTF8.self), variables: variables, for: purpose)
        } catch {
            guard case .unknownLayout = error.problem, isThere(name) else { throw error }
            let failure = Diagnostics.layout(error)
            throw Failure(
                failure.status, failure.code, failure.message,
                hint: "write ./\(VisibleText.escape(name)) for the file of that name")
        }
    }

    /// Whether a file of this name can be read.
    private static func isThere(_ path: [UInt8]) -> Bool {
        do throws(SystemError) {
            _ = try Descriptor.open(path, flags: O_RDONLY | O_NONBLOCK)
            return true
        } catch {
            return false
        }
    }

    /// Reads the value of `--layout-var`, `NAME=VALUE`. The value may be empty and may contain `=`.
    static func variable(_ text: String) throws(InvalidValue) -> (name: String, value: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { throw .expected("NAME=VALUE") }
        return (String(parts[0]), String(parts[1]))
    }
}

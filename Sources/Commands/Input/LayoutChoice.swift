internal import CommandKit
internal import Platform
internal import TokenStore

/// Which layout a command works with: a name, or a file.
enum LayoutChoice {
    /// Far more than any layout needs.
    private static let fileLimit = 256 * 1024

    /// The layout that options, environment and profile choose, with its variables.
    static func layout(
        _ options: GlobalOptions, _ settings: Settings, _ system: System
    ) throws -> Layout {
        var (name, variables) = try chosen(options, settings)
        for (name, value) in options.layoutVariables { variables[name] = value }
        if let namespace = options.namespace ?? settings[.namespace]?.text {
            try Layout.check(namespace)
            // A setting is meant for the native layout; an option is meant as it stands.
            if options.namespace != nil || name == Array(Presets.native.utf8) {
                variables[Layout.namespaceVariable] = namespace
            }
        }
        return try load(name, variables, system)
    }

    /// The name of a preset or the path of a file, with what the configuration says about it.
    static func chosen(
        _ options: GlobalOptions, _ settings: Settings
    ) throws -> (name: [UInt8], variables: [String: String]) {
        let setting = options.layout == nil ? settings[.layout]?.text : nil
        let name = options.layout ?? setting.map { Array($0.utf8) } ?? Array(Presets.native.utf8)
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

    /// A name of a preset; what has a slash or a dot is the path of a file.
    static func load(
        _ name: [UInt8], _ variables: [String: String], _ system: System
    ) throws -> Layout {
        guard name.contains(UInt8(ascii: "/")) || name.contains(UInt8(ascii: ".")) else {
            return try LayoutReader.preset(
                String(decoding: name, as: UTF8.self), variables: variables)
        }
        let source = Source.path(name)
        let content = try source.read(limit: fileLimit, system: system)
        let text = unsafe content.withBytes { unsafe Array($0) }
        do throws(LayoutError) {
            return try LayoutReader.read(text, variables: variables)
        } catch {
            throw Diagnostics.layout(error, file: source.title)
        }
    }

    /// `NAME=VALUE`.
    static func variable(_ text: String) throws(InvalidValue) -> (name: String, value: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { throw .expected("NAME=VALUE") }
        return (String(parts[0]), String(parts[1]))
    }
}

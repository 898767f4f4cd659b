@testable import CommandKit

extension Program {
    /// The house rules that the command tree breaks, one sentence each. Makes every command.
    package func violations() -> [String] {
        let program = describe()
        var found = Self.duplicates(commands.map(\.name), what: "command")
        found += Self.duplicates(program.topics.map(\.name), what: "topic")
        found += commands.flatMap(nameMismatches)
        for topic in program.topics {
            found += Self.nameViolations(topic.name, what: "topic")
            found += Self.summaryViolations(topic.summary, of: "topic '\(topic.name)'")
        }
        let global = program.globalOptions.options.map(\.name)
        for section in program.sections {
            for command in section.commands.flatMap(\.flattened) {
                found += Self.violations(of: command, program: name, global: global)
            }
        }
        return found
    }

    /// Names in the tree that differ from those of the commands themselves.
    private func nameMismatches(_ command: AnyCommand) -> [String] {
        switch command.content {
        case .leaf(let load):
            let own = load().name
            return own == command.name
                ? [] : ["command '\(command.name)' is named '\(own)'"]
        case .group(let load):
            let commands = load().commands
            return Self.duplicates(commands.map(\.name), what: "command below '\(command.name)'")
                + commands.flatMap(nameMismatches)
        case .help: return []
        }
    }

    /// The rules that one command, its options or its operands break.
    private static func violations(
        of command: CommandDescription, program: String, global: [String]
    ) -> [String] {
        let title = "command '\(command.path.joined(separator: " "))'"
        var found = nameViolations(command.name, what: "command")
        found += summaryViolations(command.summary, of: title)
        guard command.subcommands.isEmpty else { return found }
        if command.examples.isEmpty { found.append("\(title) has no examples") }
        let start = ([program] + command.path).joined(separator: " ")
        if !command.examples.isEmpty,
            !command.examples.contains(where: { $0.command.contains(start) })
        {
            found.append("\(title) has no example with '\(start)'")
        }
        found += outputViolations(command.examples.flatMap(\.output), of: title)
        let options = command.sections.flatMap(\.options)
        found += duplicates(options.flatMap(\.longNames), what: "option of \(title)")
        found += duplicates(
            options.compactMap(\.short).map { String($0) }, what: "short option of \(title)")
        // `help` is parsed by its own code, which knows its options.
        if command.path != ["help"] {
            for name in global where !options.contains(where: { $0.name == name }) {
                found.append("\(title) lacks the global option '--\(name)'")
            }
        }
        for option in options { found += violations(of: option, in: title) }
        for operand in command.operands {
            let name = "operand '\(operand.name)' of \(title)"
            if operand.name != operand.name.uppercased() {
                found.append("\(name) is not in capitals")
            }
            found += summaryViolations(operand.summary, of: name)
        }
        return found
    }

    /// The rules that one option breaks.
    private static func violations(of option: OptionDescription, in command: String) -> [String] {
        let title = "option '--\(option.name)' of \(command)"
        var found = nameViolations(option.name, what: "option")
        found += summaryViolations(option.summary, of: title)
        if let metavar = option.metavar, metavar.isEmpty || metavar != metavar.uppercased() {
            found.append("\(title) has no value name in capitals")
        }
        if let short = option.short, !(short.isASCII && (short.isLetter || short.isNumber)) {
            found.append("\(title) has the short name '\(short)'")
        }
        if option.defaultValue == .unprintable {
            found.append("\(title) has a default that help cannot show")
        }
        return found
    }

    /// Names must be lower-case ASCII and `-`, because people type them and paste them into
    /// scripts.
    private static func nameViolations(_ name: String, what: String) -> [String] {
        let good = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-")
        }
        return good && !name.isEmpty && !name.hasPrefix("-")
            ? [] : ["\(what) name '\(name)' is not made of a-z, 0-9 and -"]
    }

    /// A summary must be a sentence that fits a line of help and of a completion menu.
    private static func summaryViolations(_ summary: String, of what: String) -> [String] {
        var found: [String] = []
        if summary.first?.isLowercase ?? true {
            found.append("\(what): summary begins in lower case")
        }
        if !summary.hasSuffix(".") { found.append("\(what): summary has no period") }
        if DisplayWidth.of(summary) > 72 { found.append("\(what): summary is over 72 columns") }
        return found
    }

    /// The output of an example must fit a terminal, and must have no empty line, which would end
    /// it in the transcripts of the tests.
    private static func outputViolations(_ lines: [String], of command: String) -> [String] {
        lines.compactMap { line in
            if line.isEmpty { return "\(command): an example's output has an empty line" }
            return DisplayWidth.of(line) > 80
                ? "\(command): an example's output is over 80 columns" : nil
        }
    }

    /// Names that occur twice: the second option or command could never be used.
    private static func duplicates(_ names: [String], what: String) -> [String] {
        var seen: Set<String> = []
        return names.filter { !seen.insert($0).inserted }.map { "\(what) '\($0)' appears twice" }
    }
}

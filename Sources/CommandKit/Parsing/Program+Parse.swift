package import Platform

extension Program {
    /// Parses a command line, without the program's own name. It does not throw: an error is an
    /// outcome, too.
    package func parse(_ arguments: [[UInt8]]) -> ParseOutcome {
        if let request = completionRequest(arguments) { return .complete(request) }
        return descend(into: commands, path: [], leading: [], arguments: arguments, failure: nil)
    }

    /// The request in `__complete KIND -- WORDS…`; nil for any other line.
    private func completionRequest(_ arguments: [[UInt8]]) -> CompletionRequest? {
        guard arguments.count >= 3, arguments[0] == Array(CompletionRequest.command.utf8),
            arguments[2] == Array("--".utf8)
        else { return nil }
        let kind = String(decoding: arguments[1], as: UTF8.self)
        return CompletionRequest(kind: kind, words: Array(arguments[3...]))
    }

    /// Finds the command, and passes it the remaining words: reads global options up to the next
    /// command name. They are kept in `leading` and put before
    /// the command's own words, since only the command knows where their values go.
    private func descend(
        into commands: [AnyCommand], path: [String], leading: [[UInt8]], arguments: [[UInt8]],
        failure: UsageError?
    ) -> ParseOutcome {
        // Usually the line begins with the command: then the global options need not be built.
        let plain = arguments.first.map { $0.first != UInt8(ascii: "-") } ?? true
        let globals = plain ? [] : loadGlobalOptions().options
        var scanner = ArgumentScanner(arguments, options: globals, failure: failure)
        var leading = leading
        while let token = scanner.next() {
            switch token {
            case .help(let detail): return .showHelp(path: path, detail: detail)
            case .version: return .showVersion
            case .option(let index, _, .value(let bytes)):
                leading.append(Array("--\(globals[index].name)=".utf8) + bytes)
            case .option(_, let spelled, _): leading.append(Array(spelled.utf8))
            case .operand(let word):
                let rest = (scanner.onlyOperands ? [Array("--".utf8)] : []) + scanner.remaining
                return choose(
                    word, among: commands, path: path, leading: leading, rest: rest,
                    failure: scanner.failure)
            }
        }
        let names = path.isEmpty ? [] : commands.map(\.name)
        return .usageError(scanner.failure ?? .missingCommand(choices: names), path: path)
    }

    /// Continues with the command called `word`; `rest` are the words after it.
    private func choose(
        _ word: [UInt8], among commands: [AnyCommand], path: [String], leading: [[UInt8]],
        rest: [[UInt8]], failure: UsageError?
    ) -> ParseOutcome {
        let name = String(decoding: word, as: UTF8.self)
        guard let command = commands.first(where: { $0.name == name }) else {
            let unknown = UsageError.unknownCommand(name, suggestions: suggestions(name, commands))
            return helpAmong(rest, path: path, failure: failure ?? unknown)
        }
        let path = path + [command.name]
        switch command.content {
        case .leaf(let load):
            let outcome = load().bind(leading + rest, path: path, failure: failure)
            // An error before the command is shown with the usage of what contains the command.
            guard let failure, case .usageError = outcome else { return outcome }
            return .usageError(failure, path: Array(path.dropLast()))
        case .group(let load):
            return descend(
                into: load().commands, path: path, leading: leading, arguments: rest,
                failure: failure)
        case .help:
            return help(rest, failure: failure)
        }
    }

    /// Finds a request for help or the version after an unknown command; otherwise returns
    /// `failure`.
    private func helpAmong(
        _ rest: [[UInt8]], path: [String], failure: UsageError
    ) -> ParseOutcome {
        for word in rest.prefix(while: { $0 != Array("--".utf8) }) {
            switch String(decoding: word, as: UTF8.self) {
            case "--help": return .showHelp(path: path, detail: .long)
            case "-h": return .showHelp(path: path, detail: .short)
            case "--version": return .showVersion
            default: continue
            }
        }
        return .usageError(failure, path: path)
    }

    /// `help`, `help COMMAND…` or `help TOPIC`. The words are followed down the tree.
    private func help(_ rest: [[UInt8]], failure: UsageError?) -> ParseOutcome {
        var scanner = ArgumentScanner(
            rest, options: loadGlobalOptions().options, failure: failure)
        var words: [String] = []
        while let token = scanner.next() {
            switch token {
            case .operand(let word): words.append(String(decoding: word, as: UTF8.self))
            case .help(let detail) where words.isEmpty:
                return .showHelp(path: ["help"], detail: detail)
            case .version: return .showVersion
            case .help, .option: continue
            }
        }
        var commands = commands
        var path: [String] = []
        for word in words {
            guard let command = commands.first(where: { $0.name == word }) else {
                return explain(word, path: path, commands: commands)
            }
            path.append(command.name)
            commands = command.members
        }
        return .showHelp(path: path, detail: .long)
    }

    /// `help WORD` for a word that is no command: a topic, or an error.
    private func explain(
        _ word: String, path: [String], commands: [AnyCommand]
    ) -> ParseOutcome {
        guard path.isEmpty else {
            let near = suggestions(word, commands)
            let error =
                commands.isEmpty
                ? UsageError.unexpectedArgument(word) : .unknownCommand(word, suggestions: near)
            return .usageError(error, path: ["help"])
        }
        let topics = loadTopics()
        if let topic = topics.first(where: { $0.name == word }) { return .showTopic(topic) }
        var near = suggestions(word, commands)
        if near.isEmpty { near = Suggestions.nearest(to: word, among: topics.map(\.name)) }
        return .usageError(.unknownTopic(word, suggestions: near), path: ["help"])
    }

    /// The commands for a word that people often try, or else those with similar names.
    private func suggestions(_ word: String, _ commands: [AnyCommand]) -> [String] {
        let tried = commands.filter { $0.attempts.contains(word) }.map(\.name)
        if !tried.isEmpty { return tried }
        return Suggestions.nearest(to: word, among: commands.map(\.name))
    }
}

/// The request that a command line makes.
package enum ParseOutcome: Sendable {
    /// Everything was understood.
    case run(BoundCommand)
    /// Help on the command with this path, or on the program if it is empty.
    case showHelp(path: [String], detail: HelpDetail)
    /// `help TOPIC`.
    case showTopic(Topic)
    /// `--version`, at any place.
    case showVersion
    /// A completion script asks for candidates.
    case complete(CompletionRequest)
    /// An error, with the path of the command whose usage line is to be shown.
    case usageError(UsageError, path: [String])
}

/// The amount of help.
package enum HelpDetail: Sendable, Equatable {
    /// `-h`: fits on a screen.
    case short
    /// `--help` and `help COMMAND`.
    case long
}

/// A command with its options, ready to run.
package struct BoundCommand: Sendable {
    /// The command's names from the top.
    package let path: [String]
    /// The parsed options struct, for tests.
    package let options: any Sendable
    /// Does the command's work. Throws any error of the command, a `UsageError` among them.
    package let run: @Sendable (System) throws -> ExitStatus
}

/// Names that are similar to a mistyped one.
package enum Suggestions {
    /// At most three of `names`, all equally similar to `word`; empty if none is similar.
    package static func nearest(to word: String, among names: [String]) -> [String] {
        let typed = Array(word.utf8)
        // Longer words, such as tokens, are no mistyped names, and the time grows with the square
        // of the length.
        guard !typed.isEmpty, typed.count <= 40 else { return [] }
        let limit = typed.count <= 3 ? 1 : typed.count <= 7 ? 2 : 3
        var found: [(distance: Int, name: String)] = []
        for name in names where name != word {
            let bytes = Array(name.utf8)
            if typed.count >= 3, bytes.starts(with: typed) {
                found.append((0, name))
            } else {
                let distance = distance(typed, bytes)
                if distance <= limit, distance < bytes.count { found.append((distance, name)) }
            }
        }
        guard let best = found.map(\.distance).min() else { return [] }
        return found.filter { $0.distance == best }.prefix(3).map(\.name)
    }

    /// The number of insertions, deletions, replacements and swaps of neighbours that turn one into
    /// the other (optimal string alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let cost = left[row] == right[column] ? 0 : 1
                var best = min(last[column + 1] + 1, current[column] + 1, last[column] + cost)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}

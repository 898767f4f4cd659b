/// The candidates that a shell offers for the value of an option or for an operand.
package enum Completion: Sendable, Equatable {
    /// No candidates.
    case none
    /// Any path.
    case file
    /// Only directories.
    case directory
    /// A path after `@`, such as a file that holds a token.
    case fileAfterAt
    /// A fixed list, which is written into the scripts.
    case choices([Choice])
    /// The script asks the program: `jwtctl __complete KIND -- WORDS…`.
    case dynamic(String)
    /// The answers of the program, and any path.
    case dynamicOrFile(String)

    /// One value, and its meaning if that is not obvious.
    package struct Choice: Sendable, Equatable {
        package let value: String
        package let summary: String

        package init(_ value: String, summary: String = "") {
            self.value = value
            self.summary = summary
        }

        /// The value, then a tab and its summary if there is one. Menus show no final period.
        var line: String {
            let meaning = summary.hasSuffix(".") ? String(summary.dropLast()) : summary
            return meaning.isEmpty ? value : "\(value)\t\(meaning)"
        }
    }
}

/// A completion script's question to the program.
package struct CompletionRequest: Sendable, Equatable {
    /// The name given to `Completion.dynamic`.
    package let kind: String
    /// The command line so far, without the program's name. The last word is the value at the
    /// cursor, without the `--name=` of its option.
    package let words: [[UInt8]]

    package init(kind: String, words: [[UInt8]]) {
        self.kind = kind
        self.words = words
    }

    /// The hidden first word of such a command line.
    package static let command = "__complete"

    /// The answer for standard output: one candidate a line, its meaning after a tab.
    ///
    /// Values that cannot be typed, such as one with a line feed, are left out.
    package static func answer(_ candidates: [Completion.Choice]) -> String {
        candidates.filter { $0.value.unicodeScalars.allSatisfy { !VisibleText.isHostile($0) } }
            .map {
                Completion.Choice($0.value, summary: VisibleText.escape($0.summary)).line + "\n"
            }
            .joined()
    }
}

// MARK: - Unfinished lines

// A command line that is still being typed is incomplete and may contain mistakes: anything that
// cannot be understood is skipped.

extension OptionGroup {
    /// The options of this group in `words`. The options of the command are unknown here; they are
    /// skipped, and their values count as operands.
    package func read(unfinished words: some Sequence<[UInt8]>) -> Shared {
        let entries = options.flatMap(\.entries)
        var scanner = ArgumentScanner(Array(words), options: entries.map(\.description))
        var result = defaults
        while let token = scanner.next() {
            switch token {
            case .flag(let index, _, let negated):
                guard case .flag(let set, let clear) = entries[index].action else { continue }
                negated ? clear(&result) : set(&result)
            case .value(let index, _, let bytes):
                guard case .value(let apply) = entries[index].action else { continue }
                do throws(InvalidValue) {
                    try apply(&result, bytes)
                } catch {
                    continue
                }
            case .operand, .help, .version: continue
            }
        }
        return result
    }
}

extension Program {
    /// The path of the command in `words`, aliases resolved; incomplete if its name is.
    package func path(unfinished words: some Sequence<[UInt8]>) -> [String] {
        var scanner = ArgumentScanner(Array(words), options: loadGlobalOptions().options)
        var commands = commands
        var path: [String] = []
        while let token = scanner.next() {
            guard case .operand(let word) = token else { continue }
            let name = String(decoding: word, as: UTF8.self)
            guard let command = commands.first(where: { $0.answers(to: name) }) else { break }
            path.append(command.name)
            guard case .group(let load) = command.content else { break }
            commands = load().commands
        }
        return path
    }
}

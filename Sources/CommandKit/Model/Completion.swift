/// The candidates that a shell offers for the value of an option, or for an operand.
package enum Completion: Sendable, Equatable {
    /// No candidates.
    case none
    /// Any path.
    case file
    /// Only directories.
    case directory
    /// A path after `@`, such as a file that holds a token.
    case fileAfterAt
    /// A fixed list, which becomes part of the scripts.
    case choices([Choice])
    /// Candidates of this kind from the program: the script calls `jwtctl __complete KIND --
    /// WORDS…`.
    case dynamic(String)
    /// Candidates from the program, and any path.
    case dynamicOrFile(String)

    /// A candidate, with its meaning if that is not obvious.
    package struct Choice: Sendable, Equatable {
        package let value: String
        package let summary: String

        package init(_ value: String, summary: String = "") {
            self.value = value
            self.summary = summary
        }

        /// The value, with its summary after a tab if there is one. Menus show no final period.
        var line: String {
            let meaning = summary.hasSuffix(".") ? String(summary.dropLast()) : summary
            return meaning.isEmpty ? value : "\(value)\t\(meaning)"
        }
    }
}

/// A request of a completion script for candidates.
package struct CompletionRequest: Sendable, Equatable {
    /// The kind of candidates, as in `Completion.dynamic`.
    package let kind: String
    /// The words of the command line, without the program's name. The last one is being typed.
    package let words: [[UInt8]]

    /// The hidden first word of such a command line.
    package static let command = "__complete"

    /// The answer for standard output: one candidate to a line, with its meaning after a tab.
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

// A command line that is still being typed is incomplete and may contain mistakes. Anything that
// cannot be understood is skipped.

extension OptionGroup {
    /// The options of this group in `words`. Options of the command are not known here; they are
    /// skipped, and their values count as operands.
    package func read(unfinished words: some Sequence<[UInt8]>) -> Shared {
        let entries = options.flatMap(\.entries)
        var scanner = ArgumentScanner(Array(words), options: entries.map(\.description))
        var result = defaults
        while let token = scanner.next() {
            guard case .option(let index, _, let use) = token else { continue }
            do throws(InvalidValue) {
                try entries[index].apply(&result, use)
            } catch {
                continue
            }
        }
        return result
    }
}

extension Program {
    /// The path of the command in `words`, as far as it is complete.
    package func path(unfinished words: some Sequence<[UInt8]>) -> [String] {
        var scanner = ArgumentScanner(Array(words), options: loadGlobalOptions().options)
        var commands = commands
        var path: [String] = []
        while let token = scanner.next() {
            guard case .operand(let word) = token else { continue }
            let name = String(decoding: word, as: UTF8.self)
            guard let command = commands.first(where: { $0.name == name }) else { break }
            path.append(command.name)
            commands = command.members
        }
        return path
    }
}

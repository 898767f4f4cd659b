/// What a shell offers for the value of an option or for an operand.
package enum Completion: Sendable, Equatable {
    /// Nothing can be guessed.
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
    /// The same, and any path.
    case dynamicOrFile(String)

    /// One value, and what it means where that is not plain.
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
    /// What could not be typed back, such as a value with a line feed, is left out.
    package static func answer(_ candidates: [Completion.Choice]) -> String {
        candidates.filter { $0.value.unicodeScalars.allSatisfy { !VisibleText.isHostile($0) } }
            .map {
                Completion.Choice($0.value, summary: VisibleText.escape($0.summary)).line + "\n"
            }
            .joined()
    }
}

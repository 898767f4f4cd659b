/// What a shell offers for the value of an option or for an operand.
package enum Completion: Sendable, Equatable {
    /// Nothing can be guessed.
    case none
    /// Any path.
    case file
    /// Only directories.
    case directory
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
    }
}

/// A completion script's question to the program.
package struct CompletionRequest: Sendable, Equatable {
    /// The name given to `Completion.dynamic`.
    package let kind: String
    /// The command line so far without the program's name; the last one is being typed.
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
            .map { choice in
                choice.summary.isEmpty
                    ? "\(choice.value)\n"
                    : "\(choice.value)\t\(VisibleText.escape(choice.summary))\n"
            }
            .joined()
    }
}

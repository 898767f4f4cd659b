import Foundation

/// A script that reads like a terminal: `$ command` (continued by `> `), the lines that it has to
/// print on either output, and `[status N]` where it does not exit 0.
///
/// A line `...` stands for any number of lines, `{{…}}` within a line for a regular expression;
/// the rest is literal. Lines before the first command that begin with `#`, and those between an
/// empty line and a command, are remarks.
struct Transcript {
    struct Step {
        let command: String
        let expected: [String]
        let status: Int
    }

    let steps: [Step]

    init(_ text: String) {
        var steps: [Step] = []
        var command: String?
        var expected: [String] = []
        var status = 0
        func finish() {
            guard let text = command else { return }
            steps.append(Step(command: text, expected: expected, status: status))
            (command, expected, status) = (nil, [], 0)
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("$ ") {
                finish()
                command = String(line.dropFirst(2))
            } else if line.hasPrefix("> "), expected.isEmpty, let first = command {
                command = first + "\n" + line.dropFirst(2)
            } else if line.hasPrefix("[status "), let number = Int(line.dropFirst(8).dropLast()) {
                status = number
            } else if line.isEmpty {
                // An empty line ends what a command prints; one that is printed is written {{}}.
                finish()
            } else if command != nil {
                expected.append(String(line))
            }
        }
        finish()
        self.steps = steps
    }

    /// The same as one program for `sh`: after each command a line with `mark` and its status.
    func program(mark: String) -> String {
        steps.map { step in
            let quoted = step.command.replacingOccurrences(of: "'", with: "'\\''")
            return "eval '\(quoted)'\necho \"\(mark)$?\"\n"
        }.joined()
    }

    /// Whether `actual` is what `pattern` stands for.
    static func matches(_ pattern: ArraySlice<String>, _ actual: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return actual.isEmpty }
        if first == "..." {
            return actual.indices.contains { matches(pattern.dropFirst(), actual[$0...]) }
                || matches(pattern.dropFirst(), [])
        }
        guard let line = actual.first, matches(first, line) else { return false }
        return matches(pattern.dropFirst(), actual.dropFirst())
    }

    private static func matches(_ pattern: String, _ line: String) -> Bool {
        var expression = "^"
        var rest = pattern[...]
        while let open = rest.range(of: "{{"), let close = rest.range(of: "}}") {
            expression += NSRegularExpression.escapedPattern(for: String(rest[..<open.lowerBound]))
            expression += "(?:\(rest[open.upperBound..<close.lowerBound]))"
            rest = rest[close.upperBound...]
        }
        expression += NSRegularExpression.escapedPattern(for: String(rest)) + "$"
        return line.range(of: expression, options: .regularExpression) != nil
    }
}

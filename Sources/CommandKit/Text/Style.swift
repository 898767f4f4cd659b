package import Platform

/// The user's choice about colour: `--color auto|always|never`.
package enum ColorMode: String, CaseIterable, Sendable {
    case auto, always, never
}

/// Adds colour to text, or does not. It is decided once for a stream and then passed around.
package struct Style: Sendable, Equatable {
    /// Whether escape sequences are written.
    package let isEnabled: Bool

    package init(isEnabled: Bool) {
        self.isEnabled = isEnabled
    }

    /// `auto` means colour on a terminal, unless `NO_COLOR` is set (no-color.org) or `TERM` is
    /// `dumb`. `always` overrides both.
    package init(_ mode: ColorMode, isTerminal: Bool, environment: Environment) {
        isEnabled =
            switch mode {
            case .always: true
            case .never: false
            case .auto:
                isTerminal && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
            }
    }

    /// No colour, for pipes, files and tests.
    package static let plain = Style(isEnabled: false)

    package func bold(_ text: String) -> String { wrap(text, "1") }
    package func dim(_ text: String) -> String { wrap(text, "2") }
    package func red(_ text: String) -> String { wrap(text, "31") }
    package func green(_ text: String) -> String { wrap(text, "32") }
    package func yellow(_ text: String) -> String { wrap(text, "33") }

    /// The text between a colour (ECMA-48, SGR) and the reset; empty text stays empty.
    private func wrap(_ text: String, _ code: String) -> String {
        isEnabled && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

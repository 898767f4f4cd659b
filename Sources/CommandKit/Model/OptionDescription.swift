/// Everything that help, manual and completions say about an option.
package struct OptionDescription: Sendable, Equatable {
    /// The long name without dashes.
    package var name: String
    /// One ASCII letter or digit, without its dash.
    package var short: Character?
    /// Other long names that are accepted but not advertised.
    package var aliases: [String] = []
    /// The value's name in capitals; nil for a flag.
    package var metavar: String?
    /// One sentence that fits a line of help; completions show it too.
    package var summary: String
    /// More sentences, for the long help and the manual.
    package var detail: String = ""
    /// What shells offer for the value; choices are also listed in help.
    package var completion = Completion.none
    /// Read from the initial value of the options struct, so that it cannot drift.
    package var defaultValue = DefaultValue.none
    /// Whether a second occurrence adds to the first; else it is refused.
    package var isRepeatable = false
    /// Whether `--no-NAME` takes the flag back.
    package var isNegatable = false
    /// Whether the short help shows it among the command's own, though it is one of a group.
    package var isEssential = false
    /// Accepted, but absent from help, manual, completions and suggestions.
    package var isHidden = false

    /// What is rare is set afterwards.
    package init(name: String, short: Character? = nil, metavar: String? = nil, summary: String) {
        self.name = name
        self.short = short
        self.metavar = metavar
        self.summary = summary
    }

    /// What holds where the option is not given.
    package enum DefaultValue: Sendable, Equatable {
        /// Nothing worth a word: absent, empty, or a flag that is off.
        case none
        case text(String)
        /// There is one, but help cannot show it: a violation of the rules.
        case unprintable
    }

    /// Every long name that is accepted, `no-` forms included.
    var longNames: [String] {
        let names = [name] + aliases
        return isNegatable ? names + names.map { "no-\($0)" } : names
    }

    /// `-o` and `--output`, as typed.
    var spellings: [String] {
        (short.map { ["-\($0)"] } ?? []) + ["--\(name)"]
    }

    /// As in help: `--[no-]record`, `--output FORMAT`.
    package var longForm: String {
        let flag = isNegatable ? "--[no-]\(name)" : "--\(name)"
        return metavar.map { "\(flag) \($0)" } ?? flag
    }

    /// What stands in brackets after the summary: choices, the default, repetition.
    package var remarks: [String] {
        var remarks: [String] = []
        if case .choices(let choices) = completion {
            remarks.append("one of " + choices.map(\.value).joined(separator: ", "))
        }
        if case .text(let value) = defaultValue { remarks.append("default: \(value)") }
        if isRepeatable { remarks.append("repeatable") }
        return remarks
    }

    /// The summary with the remarks.
    package var fullSummary: String {
        remarks.isEmpty ? summary : "\(summary) [\(remarks.joined(separator: "; "))]"
    }
}

/// Options under one heading.
package struct OptionSection: Sendable, Equatable {
    /// The group's title, or nil for the command's own options.
    package let title: String?
    /// In the order of the help, hidden ones included.
    package var options: [OptionDescription]

    /// The options that help and completions show.
    var visible: [OptionDescription] { options.filter { !$0.isHidden } }
}

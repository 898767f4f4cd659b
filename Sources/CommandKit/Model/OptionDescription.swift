/// Everything that help, manual and completions say about an option.
package struct OptionDescription: Sendable, Equatable {
    /// The long name without dashes.
    package var name: String
    package var short: Character?
    /// Other long names that are accepted but not advertised.
    package var aliases: [String] = []
    /// The value's name in capitals; nil for a flag.
    package var metavar: String?
    package var summary: String
    /// More sentences, for the long help and the manual.
    package var detail: String = ""
    package var completion = Completion.none
    package var defaultValue = DefaultValue.none
    package var isRepeatable = false
    /// Whether `--no-NAME` takes the flag back.
    package var isNegatable = false
    package var isHidden = false

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
    package var options: [OptionDescription]

    /// The options that help and completions show.
    var visible: [OptionDescription] { options.filter { !$0.isHidden } }
}

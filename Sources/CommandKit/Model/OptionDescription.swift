/// The facts about an option that help, manual and completions show.
package struct OptionDescription: Sendable, Equatable {
    /// The long name without dashes.
    package var name: String
    /// One ASCII letter or digit, without its dash; nil if there is none.
    package var short: Character?
    /// The name of the value, in capitals; nil for a flag.
    package var metavar: String?
    /// One sentence that fits on a line of help. Completions show it, too.
    package var summary: String
    /// Further sentences for the long help and the manual.
    package var detail: String = ""
    /// The candidates that shells offer for the value. A fixed list is also shown in help.
    package var completion = Completion.none
    /// The default, read from the initial value of the options struct, so that both always agree.
    package var defaultValue = DefaultValue.none
    /// Whether each value is added to the earlier ones. Otherwise a second one is an error.
    package var isRepeatable = false
    /// Whether `--no-NAME` turns the flag off.
    package var isNegatable = false
    /// Whether the short help shows it among the command's own options although it belongs to a
    /// group.
    package var isEssential = false
    /// Whether it is left out of help, manual, completions and suggestions.
    package var isHidden = false

    /// Sets what most options have. The rest is set afterwards.
    package init(name: String, short: Character? = nil, metavar: String? = nil, summary: String) {
        self.name = name
        self.short = short
        self.metavar = metavar
        self.summary = summary
    }

    /// The value of an option that is not given.
    package enum DefaultValue: Sendable, Equatable {
        /// No value that is worth showing: nothing, an empty list, or a flag that is off.
        case none
        case text(String)
        /// A value that help cannot show. A test reports it.
        case unprintable
    }

    /// All long names that are accepted, including the `no-` form.
    var longNames: [String] {
        isNegatable ? [name, "no-\(name)"] : [name]
    }

    /// The names with their dashes, such as `-o` and `--output`.
    var spellings: [String] {
        (short.map { ["-\($0)"] } ?? []) + ["--\(name)"]
    }

    /// The long name as help shows it: `--[no-]record`, `--output FORMAT`.
    package var longForm: String {
        let flag = isNegatable ? "--[no-]\(name)" : "--\(name)"
        return metavar.map { "\(flag) \($0)" } ?? flag
    }

    /// The remarks in brackets after the summary: choices, the default, repetition.
    package var remarks: [String] {
        var remarks: [String] = []
        if case .choices(let choices) = completion {
            remarks.append("one of " + choices.map(\.value).joined(separator: ", "))
        }
        if case .text(let value) = defaultValue { remarks.append("default: \(value)") }
        if isRepeatable { remarks.append("repeatable") }
        return remarks
    }

    /// The summary with its remarks.
    package var fullSummary: String {
        remarks.isEmpty ? summary : "\(summary) [\(remarks.joined(separator: "; "))]"
    }
}

/// Options under one heading.
package struct OptionSection: Sendable, Equatable {
    /// The title of the group; nil for the command's own options.
    package let title: String?
    /// The options in the order of the help, including hidden ones.
    package var options: [OptionDescription]

    /// The options without hidden ones.
    var visible: [OptionDescription] { options.filter { !$0.isHidden } }
}

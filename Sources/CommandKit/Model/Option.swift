/// The property that an option sets. It is a closure, evaluated when the option is met or help is
/// printed: making the key paths of all options at each start would take a sixth of the start-up
/// time.
package typealias PropertyPath<Root, Value> =
    @Sendable () -> any WritableKeyPath<Root, Value> & Sendable

/// An option, or all options of a group: description, and effect on `Target`.
///
/// Made by the factories in `Option+Factories.swift`. The modifiers below set what few options
/// need.
package struct Option<Target: Sendable>: Sendable {
    /// One entry for a single option, several for a group.
    var entries: [OptionEntry<Target>]

    /// Accepts the option without showing it anywhere.
    package func hidden() -> Option { changing { $0.isHidden = true } }

    /// Shows the option in the short help of each command that has its group.
    package func essential() -> Option { changing { $0.isEssential = true } }

    /// Adds sentences for the long help and the manual.
    package func detail(_ text: String) -> Option { changing { $0.detail = text } }

    /// Sets the candidates that shells offer for the value.
    package func completing(_ completion: Completion) -> Option {
        changing { $0.completion = completion }
    }

    /// Shows a default that does not come from the struct, such as one that a profile may replace.
    package func showingDefault(_ text: String) -> Option {
        var copy = self
        for index in copy.entries.indices { copy.entries[index].readDefault = { _ in .text(text) } }
        return copy
    }

    /// A copy with changed descriptions.
    private func changing(_ change: (inout OptionDescription) -> Void) -> Option {
        var copy = self
        for index in copy.entries.indices { change(&copy.entries[index].description) }
        return copy
    }
}

/// The way in which an option is given.
enum OptionUse: Equatable, Sendable {
    /// `--NAME`, the flag.
    case on
    /// `--no-NAME`.
    case off
    /// `--NAME VALUE`, with the bytes of the value.
    case value([UInt8])

    /// The bytes of the value; empty for a flag.
    var bytes: [UInt8] {
        if case .value(let bytes) = self { bytes } else { [] }
    }
}

/// One option with its effect.
struct OptionEntry<Target: Sendable>: Sendable {
    /// The description without the default, which is only read for help.
    var description: OptionDescription
    /// The title of the group to which it belongs; nil for the command's own options.
    var section: String?
    /// The effect of the option, which may refuse a value. It happens when the option is met, in the
    /// order of the command line. A flag is only given `on` or `off`, any other option a value.
    var apply: @Sendable (inout Target, OptionUse) throws(InvalidValue) -> Void
    /// Reads the default from the initial values of the struct. Only called for help.
    var readDefault: @Sendable (Target) -> OptionDescription.DefaultValue
}

/// Options that several commands share, with the heading above them.
package struct OptionGroup<Shared: Sendable>: Sendable {
    /// The heading in help and manual. It also distinguishes global options from others.
    package let title: String
    let options: [Option<Shared>]
    /// The values without any of the options. A command shows the defaults of its own struct
    /// instead.
    let defaults: Shared

    /// A group may contain other groups, whose options keep their own titles.
    package init(title: String, defaults: Shared, options: [Option<Shared>]) {
        self.title = title
        self.defaults = defaults
        self.options = options
    }

    /// The options as data. `Program` needs it to recognize global options without knowing their
    /// type.
    package var section: OptionSection {
        OptionSection(
            title: title,
            options: options.flatMap { option in
                option.entries.map { entry in
                    var description = entry.description
                    description.defaultValue = entry.readDefault(defaults)
                    return description
                }
            })
    }
}

extension Option {
    /// All options of `group`, with their effect on the part of `Target` at `path`.
    package static func group<Shared: Sendable>(
        _ group: OptionGroup<Shared>, at path: @autoclosure @escaping PropertyPath<Target, Shared>
    ) -> Option {
        Option(
            entries: group.options.flatMap(\.entries).map { entry in
                OptionEntry(
                    description: entry.description, section: entry.section ?? group.title,
                    apply: { target, use throws(InvalidValue) in
                        try entry.apply(&target[keyPath: path()], use)
                    },
                    readDefault: { target in entry.readDefault(target[keyPath: path()]) })
            })
    }
}

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

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

/// One option with its effect.
struct OptionEntry<Target: Sendable>: Sendable {
    /// The effect of a flag, which cannot fail.
    typealias Flag = @Sendable (inout Target) -> Void

    /// The effect of the option. It happens when the option is met, in the order of the command
    /// line.
    enum Action: Sendable {
        /// The effects of `--NAME` and of `--no-NAME`.
        case flag(set: Flag, clear: Flag)
        /// The effect of `--NAME VALUE`, which may refuse the value.
        case value(@Sendable (inout Target, [UInt8]) throws(InvalidValue) -> Void)
    }

    /// The description without the default, which is only read for help.
    var description: OptionDescription
    /// The title of the group to which it belongs; nil for the command's own options.
    var section: String?
    var action: Action
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
                    action: entry.action.lifted(to: path),
                    readDefault: { target in entry.readDefault(target[keyPath: path()]) })
            })
    }
}

extension OptionEntry.Action {
    /// The action on a part of a larger struct.
    fileprivate func lifted<Outer: Sendable>(
        to path: @escaping PropertyPath<Outer, Target>
    ) -> OptionEntry<Outer>.Action {
        switch self {
        case .flag(let set, let clear):
            .flag(
                set: { outer in set(&outer[keyPath: path()]) },
                clear: { outer in clear(&outer[keyPath: path()]) })
        case .value(let apply):
            .value { outer, bytes throws(InvalidValue) in try apply(&outer[keyPath: path()], bytes)
            }
        }
    }
}

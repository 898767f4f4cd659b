/// The property that an option sets, made when the option is met or help is printed: making the key
/// paths of all options at every start would cost a sixth of it.
package typealias PropertyPath<Root, Value> =
    @Sendable () -> any WritableKeyPath<Root, Value> & Sendable

/// An option, or a lifted group of them: how it reads and what it does to `Target`.
///
/// Made by the factories in `Option+Factories.swift`; the modifiers below add what is rare.
package struct Option<Target: Sendable>: Sendable {
    /// One for a single option, many for a lifted group.
    var entries: [OptionEntry<Target>]

    /// Not shown anywhere, still accepted.
    package func hidden() -> Option { changing { $0.isHidden = true } }

    /// Shown in the short help of each command that has the group.
    package func essential() -> Option { changing { $0.isEssential = true } }

    /// Accepts another long name.
    package func alias(_ name: String) -> Option { changing { $0.aliases.append(name) } }

    /// Sentences for the long help and the manual.
    package func detail(_ text: String) -> Option { changing { $0.detail = text } }

    /// What shells offer for the value.
    package func completing(_ completion: Completion) -> Option {
        changing { $0.completion = completion }
    }

    /// A default that does not come from the struct, such as one that a profile may replace.
    package func showingDefault(_ text: String) -> Option {
        var copy = self
        for index in copy.entries.indices { copy.entries[index].readDefault = { _ in .text(text) } }
        return copy
    }

    private func changing(_ change: (inout OptionDescription) -> Void) -> Option {
        var copy = self
        for index in copy.entries.indices { change(&copy.entries[index].description) }
        return copy
    }
}

/// One option with its effect.
struct OptionEntry<Target: Sendable>: Sendable {
    /// What a flag does; it cannot fail.
    typealias Flag = @Sendable (inout Target) -> Void

    /// What happens when the option is met, in the order of the command line.
    enum Action: Sendable {
        case flag(set: Flag, clear: Flag)
        case value(@Sendable (inout Target, [UInt8]) throws(InvalidValue) -> Void)
    }

    /// Without the default, which is read when somebody asks for it.
    var description: OptionDescription
    /// The title of the group that it came from.
    var section: String?
    var action: Action
    /// Reads the default out of the struct's initial values; called by help only.
    var readDefault: @Sendable (Target) -> OptionDescription.DefaultValue
}

/// Options that several commands share, with the heading under which they stand.
package struct OptionGroup<Shared: Sendable>: Sendable {
    /// The heading in help and manual; also what tells global options from others.
    package let title: String
    let options: [Option<Shared>]
    /// What holds without any of the options; a command shows the defaults of its own struct.
    let defaults: Shared

    /// A group may hold further groups; their own titles win.
    package init(title: String, defaults: Shared, options: [Option<Shared>]) {
        self.title = title
        self.defaults = defaults
        self.options = options
    }

    /// For `Program`, which must recognise the global options without knowing their type.
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
    /// Every option of `group`, acting on the part of `Target` at `path`.
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
    /// The same action on the part of a larger struct.
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

extension CommandDescription {
    /// `-h`: the usage, the operands, two examples, the command's own options, and the essential ones
    /// of its groups.
    package func shortHelp(program: String, width: Int, style: Style = .plain) -> String {
        var page = HelpPage(width: width, style: style)
        begin(&page, program: program)
        examples(examples.prefix(2), on: &page)
        let own = sections.first { $0.title == nil }?.options ?? []
        let essential = sections.filter { $0.title != nil }.flatMap(\.options)
            .filter(\.isEssential)
        options(OptionSection(title: nil, options: own + essential), on: &page, long: false)
        let groups = sections.filter { !$0.visible.isEmpty }.compactMap(\.title)
        page.blank()
        let more = groups.isEmpty ? "" : " (also: \(groups.joined(separator: ", ").lowercased()))"
        page.paragraph("More: '\(program) help \(path.joined(separator: " "))'\(more).")
        return page.text
    }

    /// `--help` and `help COMMAND`: all there is.
    package func longHelp(program: String, width: Int, style: Style = .plain) -> String {
        var page = HelpPage(width: width, style: style)
        begin(&page, program: program)
        if !discussion.isEmpty { page.prose(discussion) }
        for section in sections { options(section, on: &page, long: true) }
        examples(examples[...], on: &page)
        if !exitStatuses.isEmpty {
            page.heading("Exit status")
            page.list(exitStatuses.map { (String($0.status.rawValue), $0.meaning) })
        }
        if !environment.isEmpty {
            page.heading("Environment")
            page.paragraph(
                environment.map(\.term).joined(separator: ", ")
                    + " (see '\(program) help environment')", indent: 2)
        }
        if !seeAlso.isEmpty {
            page.heading("See also")
            page.paragraph(
                seeAlso.map { $0.hasSuffix(")") ? $0 : "\(program) help \($0)" }
                    .joined(separator: ", "), indent: 2)
        }
        return page.text
    }

    private func examples(_ examples: ArraySlice<Example>, on page: inout HelpPage) {
        guard !examples.isEmpty else { return }
        page.heading(examples.count == 1 ? "Example" : "Examples")
        for example in examples {
            page.paragraph(example.summary, indent: 2)
            page.line("      \(example.command)")
        }
    }

    /// What both forms begin with: summary, usage, members, operands.
    private func begin(_ page: inout HelpPage, program: String) {
        page.paragraph(summary)
        page.heading("Usage")
        let lines = subcommands.isEmpty ? [self] : subcommands.filter { !$0.isHidden }
        for usage in lines.flatMap({ $0.usages(program: program) }) { page.line("  " + usage) }
        let shown = subcommands.filter { !$0.isHidden }
        if !shown.isEmpty {
            page.heading("Commands")
            page.list(shown.map { ($0.name, $0.summary) })
        }
        if !operands.isEmpty {
            page.heading("Operands")
            page.list(operands.map { ($0.name, $0.fullSummary) })
        }
    }

    /// One section; a section that is hidden throughout has no heading.
    private func options(_ section: OptionSection, on page: inout HelpPage, long: Bool) {
        guard !section.visible.isEmpty else { return }
        page.heading(section.title ?? "Options")
        page.list(
            section.visible.map { option in
                let more = long && !option.detail.isEmpty ? " \(option.detail)" : ""
                return (option.helpTerm, option.fullSummary + more)
            })
    }
}

extension OptionDescription {
    /// `-o, --output FORMAT`, long names aligned where there is no short one.
    var helpTerm: String {
        (short.map { "-\($0), " } ?? "    ") + longForm
    }
}

extension OperandDescription {
    /// The summary with the choices, where there is a fixed list of them.
    var fullSummary: String {
        guard case .choices(let choices) = completion, usage == nil else { return summary }
        return summary + " [one of " + choices.map(\.value).joined(separator: ", ") + "]"
    }
}

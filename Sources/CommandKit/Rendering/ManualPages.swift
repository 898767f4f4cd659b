/// The manual: a page for the program, one for each top-level command, and one for each topic with
/// a page of its own.
///
/// The order and the names of sections are those of mdoc(7), which `mandoc -Tlint` checks. A fact
/// is on one page only: global options, the meanings of variables, and topics without a page of
/// their own are on the program's page, to which the others refer.
package struct ManualPages {
    private let program: ProgramDescription
    private let date: String

    /// `date` is written as mdoc(7) has it, such as `July 2, 2026`. It is passed in, so that pages
    /// are reproducible.
    package init(_ program: ProgramDescription, date: String) {
        self.program = program
        self.date = date
    }

    /// All pages with their file names, in order.
    package func all() -> [(file: String, source: String)] {
        [("\(program.name).1", programPage())]
            + program.commands.map { ("\(program.name)-\($0.name).1", commandPage($0)) }
            + program.topics.compactMap { topic in
                topic.page.map { page in
                    (
                        "\(page.name).\(page.section)",
                        topicPage(topic, name: page.name, section: page.section)
                    )
                }
            }
    }

    /// The page of a topic, such as `jwtctl-layout.5`.
    package func topicPage(_ topic: Topic, name: String, section: Int) -> String {
        var page = begin(name, section: section, summary: topic.summary)
        page.macro("Sh", "DESCRIPTION")
        page.prose(topic.body)
        seeAlso(topic.seeAlso, on: &page, omitting: "")
        return page.source
    }

    /// The head that each page has, up to NAME.
    private func begin(_ name: String, section: Int, summary: String) -> Mdoc {
        var page = Mdoc()
        page.raw(".Dd \(date)")
        page.raw(".Dt \(name.uppercased()) \(section)")
        page.raw(".Os \(program.name) \(program.version)")
        page.macro("Sh", "NAME")
        page.raw(".Nm \(name)")
        page.macro("Nd", Self.phrase(summary))
        return page
    }

    /// The page of the program: overview, global options, and topics as sections. SEE ALSO comes
    /// between the sections that belong before it, such as FILES, and those that belong after it,
    /// such as STANDARDS.
    private func programPage() -> String {
        var page = begin(program.name, section: 1, summary: program.summary)
        page.macro("Sh", "SYNOPSIS")
        page.macro("Nm", program.name)
        page.raw(".Op Ar options")
        page.raw(".Ar command ...")
        for command in program.sections.prefix(Self.usualSections).flatMap(\.commands) {
            synopsis(of: command, on: &page)
        }
        page.macro("Sh", "DESCRIPTION")
        page.prose(program.discussion.isEmpty ? [.paragraph(program.summary)] : program.discussion)
        page.macro("Sh", "COMMANDS")
        for section in program.sections {
            page.macro("Ss", section.title)
            page.definitions(section.commands.map { Definition($0.name, $0.summary) })
        }
        page.macro("Sh", program.globalOptions.title?.uppercased() ?? "OPTIONS")
        page.raw(".Bl -tag -width Ds")
        for option in program.globalOptions.visible { self.option(option, on: &page) }
        page.raw(".It Fl h , Fl \\-help")
        page.text("Show help: -h in short, --help in full.")
        page.raw(".It Fl \\-version")
        page.text("Show the version.")
        page.raw(".El")
        let sections =
            (program.topics.filter { $0.page == nil }
            .map { ManualSection($0.title.uppercased(), $0.body) } + program.manual)
            .sorted { Self.rank($0.title) < Self.rank($1.title) }
        let isBefore = { (section: ManualSection) in Self.rank(section.title) < Self.seeAlsoRank }
        for section in sections.prefix(while: isBefore) { self.section(section, on: &page) }
        let pages = program.topics.compactMap(\.page).map { "\($0.name)(\($0.section))" }
        seeAlso(program.commands.map(\.name) + pages, on: &page, omitting: nil)
        for section in sections.drop(while: isBefore) { self.section(section, on: &page) }
        return page.source
    }

    /// A section of running text.
    private func section(_ section: ManualSection, on page: inout Mdoc) {
        page.macro("Sh", section.title)
        page.prose(section.body)
    }

    /// The number of headings in the overview whose commands are in the synopsis.
    private static let usualSections = 2

    /// Sections with conventional titles come in this order, after all others.
    private static let conventional = [
        "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "DIAGNOSTICS", "SEE ALSO", "STANDARDS",
        "HISTORY", "BUGS", "SECURITY CONSIDERATIONS",
    ]
    private static let seeAlsoRank = rank("SEE ALSO")

    /// The position of a section among the others; 0 for one without a conventional title.
    private static func rank(_ title: String) -> Int {
        conventional.firstIndex(of: title).map { $0 + 1 } ?? 0
    }

    /// All forms of a command and of those below it.
    private func synopsis(of command: CommandDescription, on page: inout Mdoc) {
        for leaf in command.flattened where leaf.subcommands.isEmpty {
            let forms =
                [leaf.operands.map(\.usageForm)]
                + leaf.otherForms.map { $0.split(separator: " ").map(String.init) }
            for form in forms {
                page.macro("Nm", ([program.name] + leaf.path).joined(separator: " "))
                if !leaf.visibleOptions.isEmpty { page.raw(".Op Ar options") }
                for word in form {
                    if word.hasPrefix("-") {
                        page.macro("Fl", String(word.dropFirst()))
                    } else {
                        page.macro("Ar", word)
                    }
                }
            }
        }
    }

    /// The page of a top-level command. The members of a group are sections of its page.
    private func commandPage(_ command: CommandDescription) -> String {
        var page = begin(
            "\(program.name)-\(command.name)", section: 1, summary: command.summary)
        let leaves = command.flattened.filter(\.subcommands.isEmpty)
        page.macro("Sh", "SYNOPSIS")
        synopsis(of: command, on: &page)
        page.macro("Sh", "DESCRIPTION")
        page.text(command.summary)
        if !command.discussion.isEmpty {
            page.macro("Pp")
            page.prose(command.discussion)
        }
        if command.subcommands.isEmpty {
            parameters(command, on: &page)
        } else {
            for leaf in leaves {
                page.macro("Sh", leaf.path.joined(separator: " ").uppercased())
                page.text(leaf.summary)
                if !leaf.discussion.isEmpty {
                    page.macro("Pp")
                    page.prose(leaf.discussion)
                }
                parameters(leaf, on: &page)
            }
        }
        ending(leaves, on: &page)
        seeAlso(
            leaves.flatMap(\.seeAlso) + (command.subcommands.isEmpty ? [] : command.seeAlso),
            on: &page, omitting: command.name)
        return page.source
    }

    /// Operands and options. Those that every command has are on the program's page only. On the page
    /// of a group each member is a section, so its operands and options are subsections.
    private func parameters(_ command: CommandDescription, on page: inout Mdoc) {
        let heading = command.path.count > 1 ? "Ss" : "Sh"
        if !command.operands.isEmpty {
            page.macro(heading, heading == "Sh" ? "OPERANDS" : "Operands")
            page.definitions(command.operands.map { Definition($0.name, $0.fullSummary) })
        }
        for section in command.sections where !section.visible.isEmpty {
            if section.title == program.globalOptions.title { continue }
            let title = section.title ?? "Options"
            page.macro(heading, heading == "Sh" ? title.uppercased() : title)
            page.raw(".Bl -tag -width Ds")
            for option in section.visible { self.option(option, on: &page) }
            page.raw(".El")
        }
    }

    /// One item of a tagged list. `.Fl` writes one dash; the second dash of the long name is text
    /// after it.
    private func option(_ option: OptionDescription, on page: inout Mdoc) {
        var line = ".It"
        if let short = option.short { line += " Fl \(Mdoc.argument(String(short))) ," }
        let name = (option.isNegatable ? "-[no-]" : "-") + option.name
        line += " Fl \(Mdoc.argument(name))"
        if let metavar = option.metavar { line += " Ar \(Mdoc.argument(metavar))" }
        page.raw(line)
        page.text(option.fullSummary)
        if !option.detail.isEmpty { page.text(option.detail) }
    }

    /// The last sections, in the order that mandoc(1) checks: ENVIRONMENT, EXIT STATUS, EXAMPLES.
    /// What several members of a group have in common is listed once. A status has a line for each
    /// meaning that it has.
    private func ending(_ leaves: [CommandDescription], on page: inout Mdoc) {
        var variables: [Substring] = []
        // One term may name two variables.
        for name in leaves.flatMap(\.environment).flatMap({ $0.term.split { " ,".contains($0) } })
        where !variables.contains(name) {
            variables.append(name)
        }
        if !variables.isEmpty {
            page.macro("Sh", "ENVIRONMENT")
            for (index, name) in variables.enumerated() {
                page.raw(".Ev \(name)" + (index + 1 < variables.count ? " ," : " ."))
            }
            page.raw("See the section ENVIRONMENT of")
            page.raw(".Xr \(program.name) 1 .")
        }
        var statuses: [Definition] = []
        for leaf in leaves {
            for status in leaf.exitStatuses {
                let number = String(status.status.rawValue)
                let item = Definition(number, status.meaning)
                if !statuses.contains(item) { statuses.append(item) }
            }
        }
        if !statuses.isEmpty {
            page.macro("Sh", "EXIT STATUS")
            page.definitions(statuses.sorted { (Int($0.term) ?? 0) < (Int($1.term) ?? 0) })
        }
        let examples = leaves.flatMap(\.examples)
        guard !examples.isEmpty else { return }
        page.macro("Sh", "EXAMPLES")
        for (index, example) in examples.enumerated() {
            if index > 0 { page.macro("Pp") }
            page.text(example.summary)
            page.literal(example.transcript)
        }
    }

    /// SEE ALSO, in the order that mandoc(1) checks: by section, then by name. References to commands
    /// become references to their pages, a topic without a page is left out, and pages stay as they
    /// are. `own` is the command of this page; nil on the program's page.
    private func seeAlso(_ references: [String], on page: inout Mdoc, omitting own: String?) {
        var pages: [(name: String, section: String)] = references.compactMap { reference in
            if let open = reference.firstIndex(of: "("), reference.hasSuffix(")") {
                let section = reference[reference.index(after: open)...].dropLast()
                return (String(reference[..<open]), String(section))
            }
            if let page = program.topics.first(where: { $0.name == reference })?.page {
                return (page.name, String(page.section))
            }
            let name = reference.prefix { $0 != " " }
            guard name != own ?? "", program.commands.contains(where: { $0.name == name })
            else { return nil }
            return ("\(program.name)-\(name)", "1")
        }
        if own != nil { pages.append((program.name, "1")) }
        var lines: [String] = []
        for page in pages.sorted(by: { ($0.section, $0.name) < ($1.section, $1.name) }) {
            let line = "\(page.name) \(page.section)"
            if !lines.contains(line) { lines.append(line) }
        }
        guard !lines.isEmpty else { return }
        page.macro("Sh", "SEE ALSO")
        for (index, line) in lines.enumerated() {
            page.raw(".Xr \(line)" + (index + 1 < lines.count ? " ," : ""))
        }
    }

    /// The summary in the form of `.Nd`: lower case, no period.
    private static func phrase(_ summary: String) -> String {
        let body = summary.hasSuffix(".") ? String(summary.dropLast()) : summary
        let word = body.prefix { $0 != " " }
        // The capitals of an acronym are kept.
        guard word.dropFirst().allSatisfy({ !$0.isUppercase }) else { return body }
        return body.prefix(1).lowercased() + body.dropFirst()
    }
}

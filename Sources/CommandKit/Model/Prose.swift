/// A piece of running text in a command's discussion or in a topic.
package enum Prose: Sendable, Equatable, ExpressibleByStringLiteral {
    /// One paragraph; the renderer breaks the lines.
    case paragraph(String)
    /// Terms with their meanings.
    case definitions([Definition])
    /// Lines that are shown unchanged.
    case literal([String])
    /// The title of the pieces that follow, in a long text.
    case heading(String)

    /// A bare string is a paragraph, since most pieces are.
    package init(stringLiteral text: String) {
        self = .paragraph(text)
    }
}

/// A term with its meaning.
package struct Definition: Sendable, Equatable {
    /// Shown in bold if the output has colour.
    package let term: String
    package let meaning: String

    package init(_ term: String, _ meaning: String) {
        self.term = term
        self.meaning = meaning
    }
}

/// A page of help that belongs to no single command: `jwtctl help exit-status`.
package struct Topic: Sendable, Equatable {
    /// The name as it is typed after `help`.
    package let name: String
    /// The heading.
    package let title: String
    /// One sentence for lists.
    package let summary: String
    /// The text for `help TOPIC`, and for a section of the program's manual page or a page of its
    /// own.
    package let body: [Prose]
    /// The topic's own manual page; nil if it is a section of the program's page.
    package let page: Page?
    /// References of such a page: commands, or pages such as `redis-cli(1)`.
    package let seeAlso: [String]

    /// A manual page such as `jwtctl-layout(5)`.
    package struct Page: Sendable, Equatable {
        package let name: String
        package let section: Int

        package init(name: String, section: Int) {
            self.name = name
            self.section = section
        }
    }

    package init(
        name: String, title: String, summary: String, body: [Prose], page: Page? = nil,
        seeAlso: [String] = []
    ) {
        self.name = name
        self.title = title
        self.summary = summary
        self.body = body
        self.page = page
        self.seeAlso = seeAlso
    }
}

/// A section of the program's manual page that help does not show, such as STANDARDS.
package struct ManualSection: Sendable {
    /// In capitals. Sections with conventional titles are moved to their usual place.
    package let title: String
    package let body: [Prose]

    package init(_ title: String, _ body: [Prose]) {
        self.title = title
        self.body = body
    }
}

/// A command line that works as it is, with its purpose.
package struct Example: Sendable, Equatable {
    /// A whole command line with the program's name. A test may run it.
    package let command: String
    /// Its purpose, as a sentence.
    package let summary: String
    /// The output as a terminal shows it, standard error included; `...` means that lines were left
    /// out.
    package let output: [String]

    package init(command: String, summary: String, output: [String] = []) {
        self.command = command
        self.summary = summary
        self.output = output
    }

    /// The command to copy, or a session with a prompt if there is output.
    package var transcript: [String] {
        output.isEmpty ? [command] : ["$ \(command)"] + output
    }
}

/// An exit status that a command may return, with its meaning.
package struct ExitStatusDoc: Sendable, Equatable {
    package let status: ExitStatus
    /// When it is returned, as a sentence.
    package let meaning: String

    package init(_ status: ExitStatus, _ meaning: String) {
        self.status = status
        self.meaning = meaning
    }
}

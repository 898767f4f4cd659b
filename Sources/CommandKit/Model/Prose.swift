/// A piece of running text in a command's discussion or in a topic.
package enum Prose: Sendable, Equatable, ExpressibleByStringLiteral {
    /// One paragraph; line breaks are the renderer's.
    case paragraph(String)
    /// Terms with their meanings.
    case definitions([Definition])
    /// Lines shown as they are.
    case literal([String])
    /// The title of what follows, in a text long enough to have some.
    case heading(String)

    /// A bare string is a paragraph, as most pieces are.
    package init(stringLiteral text: String) {
        self = .paragraph(text)
    }
}

/// A term and what it means.
package struct Definition: Sendable, Equatable {
    /// Shown in bold where there is colour.
    package let term: String
    package let meaning: String

    package init(_ term: String, _ meaning: String) {
        self.term = term
        self.meaning = meaning
    }
}

/// A page of help about no single command: `jwtctl help exit-status`.
package struct Topic: Sendable, Equatable {
    /// As typed after `help`.
    package let name: String
    /// The heading.
    package let title: String
    /// One sentence for lists.
    package let summary: String
    /// Rendered by `help TOPIC`, and as a section of the program's manual page or a page of its
    /// own.
    package let body: [Prose]
    /// The manual page of its own, where it has one.
    package let page: Page?
    /// For such a page: commands, or pages such as `redis-cli(1)`.
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
    /// In capitals; a conventional one has its conventional place.
    package let title: String
    package let body: [Prose]

    package init(_ title: String, _ body: [Prose]) {
        self.title = title
        self.body = body
    }
}

/// A command line that works as it stands, and what it is good for.
package struct Example: Sendable, Equatable {
    /// A whole command line with the program's name; a test may run it.
    package let command: String
    /// What it does, as a sentence.
    package let summary: String
    /// Lines as a terminal shows them, standard error and output together; `...` leaves some out.
    package let output: [String]

    package init(command: String, summary: String, output: [String] = []) {
        self.command = command
        self.summary = summary
        self.output = output
    }

    /// The command to copy, or a session with a prompt where there is output.
    package var transcript: [String] {
        output.isEmpty ? [command] : ["$ \(command)"] + output
    }
}

/// An exit status that a command may return, and when.
package struct ExitStatusDoc: Sendable, Equatable {
    package let status: ExitStatus
    /// When it is returned, as a sentence.
    package let meaning: String

    package init(_ status: ExitStatus, _ meaning: String) {
        self.status = status
        self.meaning = meaning
    }
}

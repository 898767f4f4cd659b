import Foundation

/// A line that is typed into an interactive shell on a pseudo-terminal, followed by TABs.
package struct TypedLine: Sendable {
    package enum Shell: String, CaseIterable, Sendable {
        case bash, zsh
    }

    /// The line after completion.
    package let text: String
    /// The text that the shell printed before, such as a list of candidates.
    package let listing: String

    /// Types `line` and `tabs` TABs after the shell has run `setup`.
    package init(
        _ line: String, tabs: Int = 1, in shell: Shell, setup: String,
        environment: [String: String]
    ) throws {
        let directory = try TemporaryDirectory()
        // zsh looks for this name; bash gets it as an option.
        let file = try directory.write(".zshrc", setup + "\n" + shell.reporting)
        let result = try ProcessRunner.run(
            ["zsh", "-fc", Self.driver],
            environment: environment.merging([
                "LINE": line + String(repeating: "\t", count: tabs), "TERM": "dumb",
                "START": shell == .bash ? "bash --noprofile --rcfile \(file) -i" : "zsh -d -i",
                "ZDOTDIR": directory.path,
            ]) { $1 })
        let parts = result.text.components(separatedBy: "<<<")
        guard parts.count == 2 else {
            throw TestSupportError("\(shell) said: \(result.text)\(result.errorText)")
        }
        listing = parts[0].replacingOccurrences(of: "\r", with: "")
        text = parts[1].components(separatedBy: ">>>")[0]
    }

    /// A script of zsh that runs either shell on a pseudo-terminal.
    private static let driver = """
        zmodload zsh/zpty; zpty shell $START; zpty -r -m shell got '*ready*'
        zpty -w -n shell "$LINE"$'\\x18'; zpty -r -m shell got '*<<<*>>>*'
        print -r -- "$got"; zpty -d shell
        """
}

extension TypedLine.Shell {
    /// Commands that make Ctrl-X print the line, and the prompt say that the shell is ready.
    fileprivate var reporting: String {
        switch self {
        case .bash:
            """
            bind 'set enable-bracketed-paste off'
            bind 'set page-completions off'; bind 'set completion-query-items -1'
            bind -x '"\\C-x": printf "<<<%s>>>" "$READLINE_LINE"'; PS1='rea''dy '
            """
        case .zsh:
            """
            show() { print -r -- "<<<$BUFFER>>>" }
            zle -N show; bindkey '^X' show; bindkey '^I' complete-word; unsetopt list_ambiguous
            LISTMAX=1000; unset zle_bracketed_paste; PS1='rea''dy '
            """
        }
    }
}

/// The program's completion function for zsh, with the findings of `compinit`.
///
/// `compinit` reads a thousand files, which takes half a second, so it runs once for all lines.
package struct ZshFunction: Sendable {
    private let folder: TemporaryDirectory
    private let dump: String

    /// Runs `compinit` over `script` and all functions of the system.
    package init(_ script: String) throws {
        folder = try TemporaryDirectory()
        dump = folder.file("dump")
        try folder.write("_jwtctl", script)
        let result = try ProcessRunner.run([
            "zsh", "-dfc",
            "fpath=(\(folder.path) $fpath); autoload -U compinit; compinit -u -d \(dump)",
        ])
        guard result.status == 0 else { throw TestSupportError(result.errorText) }
    }

    /// The commands that load the function into a shell.
    package var setup: String {
        "fpath=(\(folder.path) $fpath); autoload -U compinit; compinit -u -C -d \(dump)"
    }
}

import Foundation

/// A line typed into an interactive shell on a pseudo-terminal, with TABs behind it.
package struct TypedLine: Sendable {
    package enum Shell: String, CaseIterable, Sendable {
        case bash, zsh
    }

    /// The line as the shell has completed it.
    package let text: String
    /// What the shell has printed before that, such as a list of candidates.
    package let listing: String

    /// Types `line` and `tabs` TABs after the shell has run `setup`.
    package init(
        _ line: String, tabs: Int = 1, in shell: Shell, setup: String,
        environment: [String: String]
    ) throws {
        let directory = try TemporaryDirectory()
        // The name that zsh looks for; bash gets it as an option.
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

    /// Runs either shell on a pseudo-terminal of zsh.
    private static let driver = """
        zmodload zsh/zpty; zpty shell $START; zpty -r -m shell got '*ready*'
        zpty -w -n shell "$LINE"$'\\x18'; zpty -r -m shell got '*<<<*>>>*'
        print -r -- "$got"; zpty -d shell
        """
}

extension TypedLine.Shell {
    /// Makes Ctrl-X show the line, and the prompt say that the shell is ready.
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

import CommandKit
import TestSupport
import Testing

@Suite("Completions in the real shells", .programs)
struct CompletionTests {
    private static let program = Demo.program.describe()

    /// Stands in for the program when a script asks for dynamic values.
    private static let answering = """
        #!/bin/sh
        [ "$1" = __complete ] || exit 1
        case $2 in
        users) printf 'alice\\tThe first\\nbob\\nuser:42\\n' ;;
        servers) printf 'redis://one\\nrediss://two\\n' ;;
        profiles) printf 'prod\\nstage\\n' ;;
        esac

        """

    private func scratch() throws -> Scratch {
        let scratch = try Scratch()
        _ = try scratch.write("jwtctl", Self.answering, executable: true)
        return scratch
    }

    @Test("The shells' own checkers find nothing")
    func lint() throws {
        let scratch = try Scratch()
        let bash = try scratch.write("jwtctl.bash", BashCompletion.render(Self.program))
        let zsh = try scratch.write("_jwtctl", ZshCompletion.render(Self.program))
        let fish = try scratch.write("jwtctl.fish", FishCompletion.render(Self.program))
        for (tool, arguments) in [
            (Tool.bash, ["-n", bash]), (.shellcheck, [bash]), (.zsh, ["-n", zsh]),
            (.fish, ["--no-execute", fish]),
        ] {
            let result = try tool.run(arguments)
            #expect(result.text == "", "\(tool)")
            #expect(result.status == 0, "\(tool)")
        }
    }

    /// Words as readline splits them: the last one is being typed.
    private func bash(_ words: [String], breaks: String = " \t\n\"'><=;|&(:") throws -> [String] {
        let scratch = try scratch()
        let script = try scratch.write("jwtctl.bash", BashCompletion.render(Self.program))
        let quoted = (["jwtctl"] + words).map { "'\($0)'" }.joined(separator: " ")
        let run = """
            source '\(script)'; cd '\(scratch.path)'; COMP_WORDBREAKS=$BREAKS
            COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count)
            _jwtctl; for word in "${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done
            """
        let result = try Tool.bash.run(
            ["-c", run], environment: ["PATH": "\(scratch.path):/usr/bin:/bin", "BREAKS": breaks])
        return result.text.split(separator: "\n").map(String.init).sorted()
    }

    @Test(
        "bash completes commands, options, choices, files and dynamic values",
        arguments: [
            (["is"], ["issue"]), (["li"], ["list"]), (["list", ""], ["tokens", "users"]),
            (["-q", "list", "t"], ["tokens"]), (["-p", "issue", "li"], ["list"]),
            (["--ver"], ["--verbose", "--version"]), (["issue", "--exp"], ["--expires-in"]),
            (["issue", "--no-"], ["--no-record"]), (["issue", "--label"], []),
            (["issue", "-o", "js"], ["json", "jsonl"]), (["list", "tokens", "-o", "t"], []),
            (["issue", "--output", "=", "js"], ["json", "jsonl"]),
            (["issue", "--output", "="], ["json", "jsonl", "table"]),
            (["issue", "--output", "json", "al"], ["alice"]),
            (["issue", "--key", "jwtctl.b"], ["jwtctl.bash"]),
            (["issue", "--key", "=", "jwtctl.b"], ["jwtctl.bash"]),
            (["issue", "user", ":", "4"], ["42"]),
            (["issue", "--redis", "=", "redis", ":", "//"], ["//one"]),
            (["issue", "--aud", "b"], ["bob"]), (["issue", "--", "--js"], []),
            (["--profile", "p"], ["prod"]), (["--profile", "jwtctl.b"], ["jwtctl.bash"]),
            (["--profile", "=", "jwtctl.b"], ["jwtctl.bash"]),
            (["--profile", "=", "s"], ["stage"]),
            (["completion", "z"], ["zsh"]),
            (["completion", "zsh", "jwtctl.b"], ["jwtctl.bash"]), (["zebra", ""], []),
            (["help", "ti"], ["time"]), (["issue", "--expires-in", ""], []),
        ])
    func bashCompletes(words: [String], expected: [String]) throws {
        let completed = try bash(words)
        #expect(completed == expected)
    }

    @Test("bash keeps the option where '=' does not split words")
    func bashWithoutBreaks() throws {
        #expect(try bash(["issue", "--output=jsonl"], breaks: " ") == ["--output=jsonl"])
        #expect(try bash(["issue", "--key=jwtctl.b"], breaks: " ") == ["--key=jwtctl.bash"])
    }

    @Test(
        "fish completes with descriptions",
        arguments: [
            ("jwtctl is", ["issue\tSign a token and record it."]),
            ("jwtctl list ", ["tokens\tList tokens.", "users\tList users."]),
            ("jwtctl -p issue li", ["list\tList what is stored."]),
            ("jwtctl issue --exp", ["--expires-in\tLet it live so long."]),
            ("jwtctl issue --lab", []), ("jwtctl list tokens --exp", []),
            ("jwtctl issue -o jso", ["json\tPrint it as FORMAT.", "jsonl\tPrint it as FORMAT."]),
            ("jwtctl issue --output=tab", ["--output=table\tPrint it as FORMAT."]),
            ("jwtctl issue --aud al", ["alice\tThe first"]),
            ("jwtctl issue a", ["alice\tThe first"]),
            ("jwtctl issue --key jwtctl.f", ["jwtctl.fish"]),
            ("jwtctl completion z", ["zsh"]), ("jwtctl help ti", ["time"]),
            ("jwtctl --profile pr", ["prod\tUse a profile."]),
            ("jwtctl --profile jwtctl.f", ["jwtctl.fish"]),
            ("jwtctl issue --no-r", ["--no-record\tOpposite of --record."]),
        ])
    func fishCompletes(line: String, expected: [String]) throws {
        let scratch = try scratch()
        let script = try scratch.write("jwtctl.fish", FishCompletion.render(Self.program))
        let result = try Tool.fish.run(
            [
                "--no-config", "-c",
                "cd \(scratch.path); source \(script); complete -C '\(line)'",
            ],
            environment: ["PATH": "\(scratch.path):/usr/bin:/bin", "HOME": scratch.path])
        #expect(result.text.split(separator: "\n").map(String.init) == expected)
    }

    /// Types `line` and a tab into a real interactive zsh and returns what stands there then.
    private func zsh(_ line: String) throws -> String {
        let scratch = try scratch()
        _ = try scratch.write("_jwtctl", ZshCompletion.render(Self.program))
        let setup = try scratch.write(
            "setup.zsh",
            """
            fpath=(\(scratch.path) $fpath); autoload -U compinit; compinit -u -D; cd \(scratch.path)
            show() { print -r -- "<<<$BUFFER>>>" }
            zle -N show; bindkey '^X' show; bindkey '^I' complete-word; unsetopt list_ambiguous
            print rea''dy
            """)
        let driver = """
            zmodload zsh/zpty; zpty shell zsh -f -i
            zpty -w shell "source \(setup)"; zpty -r -m shell got '*ready*'
            zpty -w -n shell "$LINE"$'\\t\\x18'; zpty -r -m shell got '*<<<*>>>*'
            got=${got##*<<<}; print -r -- ${got%%>>>*}; zpty -d shell
            """
        let result = try Tool.zsh.run(
            ["-fc", driver],
            environment: [
                "PATH": "\(scratch.path):/usr/bin:/bin", "HOME": scratch.path, "LINE": line,
                "TERM": "dumb",
            ])
        return result.text.trimmingSuffix { $0.isNewline }
    }

    @Test(
        "zsh completes what is typed",
        arguments: [
            ("jwtctl is", "jwtctl issue "), ("jwtctl list t", "jwtctl list tokens "),
            ("jwtctl -q list u", "jwtctl -q list users "),
            ("jwtctl issue --exp", "jwtctl issue --expires-in="),
            ("jwtctl issue --output ta", "jwtctl issue --output table "),
            ("jwtctl issue -ota", "jwtctl issue -otable "),
            ("jwtctl list tokens -o jsonl al", "jwtctl list tokens -o jsonl alice "),
            ("jwtctl issue --aud bo", "jwtctl issue --aud bob "),
            ("jwtctl issue user", "jwtctl issue user:42 "),
            ("jwtctl issue --key set", "jwtctl issue --key setup.zsh "),
            ("jwtctl completion z", "jwtctl completion zsh "),
            ("jwtctl help ti", "jwtctl help time "), ("jwtctl issue --lab", "jwtctl issue --lab"),
            ("jwtctl --profile pr", "jwtctl --profile prod "),
            ("jwtctl --profile set", "jwtctl --profile setup.zsh "),
        ])
    func zshCompletes(line: String, expected: String) throws {
        let completed = try zsh(line)
        #expect(completed == expected)
    }
}

extension String {
    fileprivate func trimmingSuffix(_ matches: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, matches(last) { text.removeLast() }
        return text
    }
}

import CommandKit
import TestSupport
import Testing

@Suite("Completions in the real shells", .programs)
struct CompletionTests {
    private static let program = Demo.program.describe()

    /// Answers scripts in place of the program, and keeps the question in a file.
    private static let answering = """
        #!/bin/sh
        [ "$1" = __complete ] || exit 1
        printf '<%s>' "$@" >"${0%/*}/asked"
        case $2 in
        users) printf 'alice\\tThe first\\nbob\\nuser:42\\n' ;;
        servers) printf 'redis://one\\nrediss://two\\n' ;;
        profiles) printf 'prod\\nstage\\n' ;;
        esac

        """

    private static func scratch() throws -> TemporaryDirectory {
        let scratch = try TemporaryDirectory()
        try scratch.writeProgram("jwtctl", Self.answering)
        for (name, script) in [
            ("jwtctl.bash", BashCompletion.render(Self.program)),
            ("_jwtctl", ZshCompletion.render(Self.program)),
            ("jwtctl.fish", FishCompletion.render(Self.program)),
        ] {
            try scratch.write(name, script)
        }
        return scratch
    }

    private static func environment(_ scratch: TemporaryDirectory) -> [String: String] {
        ["PATH": "\(scratch.path):/usr/bin:/bin", "HOME": scratch.path, "LC_ALL": "C.UTF-8"]
    }

    @Test("The shells' own checkers find nothing")
    func lint() throws {
        let path = try Self.scratch()
        for (tool, arguments) in [
            (SystemProgram.bash, ["-n", "\(path.path)/jwtctl.bash"]),
            (.shellcheck, ["\(path.path)/jwtctl.bash"]), (.zsh, ["-n", "\(path.path)/_jwtctl"]),
            (.fish, ["--no-execute", "\(path.path)/jwtctl.fish"]),
        ] {
            let result = try tool.run(arguments)
            #expect(result.text == "", "\(tool)")
            #expect(result.status == 0, "\(tool)")
        }
    }

    /// What every script asks the program: the words without quotes, then the value at the cursor
    /// without its option.
    private static let questions = [
        ("-p 'my prod' issue --redis=redis:", "<servers><--><-p><my prod><issue><redis:>"),
        (#"issue --key a\ b --aud a"#, "<users><--><issue><--key><a b><--aud><a>"),
        ("list tokens -p x al", "<users><--><list><tokens><-p><x><al>"),
    ]

    // MARK: bash

    /// The pieces of a line as readline makes them; the last one is being typed. Both blanks in
    /// quotes and escaped ones belong to a word.
    private static func pieces(_ line: String, _ breaks: String) -> [String] {
        var pieces = [""]
        var last: Character = " "
        var quote: Character?
        for character in line {
            let isWord = quote != nil || last == "\\"
            if !isWord, character == " " {
                if last != " " { pieces.append("") }
            } else {
                let isCut =
                    !isWord && last != " " && breaks.contains(last) != breaks.contains(character)
                if isCut { pieces.append("") }
                pieces[pieces.count - 1].append(character)
            }
            if character == quote {
                quote = nil
            } else if quote == nil, "'\"".contains(character) {
                quote = character
            }
            last = character
        }
        return pieces
    }

    /// What readline replaces of the last word: all from the last break on, and an `@` too.
    private static func replaced(_ line: String, _ breaks: String) -> String {
        let word = line.split(separator: " ", omittingEmptySubsequences: false).last ?? ""
        guard let index = word.lastIndex(where: { breaks.contains($0) || "'\"".contains($0) })
        else { return String(word) }
        return String(word[index] == "@" ? word[index...] : word[word.index(after: index)...])
    }

    /// `listing` says that readline is about to list what there is, in so many columns.
    private func bash(
        _ line: String, breaks: String = "\"'@><=;|&(:", listing columns: Int? = nil,
        in folder: TemporaryDirectory? = nil
    ) throws -> [String] {
        let scratch = try folder ?? Self.scratch()
        func quoted(_ text: String) -> String {
            "'\(text.replacing("'", with: "'\\''"))'"
        }
        let line = "jwtctl \(line)"
        let pieces = Self.pieces(line, breaks)
        let run = """
            cd '\(scratch.path)'; mkdir -p folder; source ./jwtctl.bash
            COMP_LINE=\(quoted(line)); COMP_POINT=${#COMP_LINE}
            COMP_WORDS=(\(pieces.map(quoted).joined(separator: " ")))
            COMP_CWORD=\(pieces.count - 1)
            COMP_TYPE=\(columns == nil ? 9 : 63); COLUMNS=\(columns ?? 80)
            _jwtctl jwtctl \(quoted(Self.replaced(line, breaks)))
            for word in "${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done
            """
        let result = try SystemProgram.bash.run(
            ["-c", run], environment: Self.environment(scratch))
        return result.text.split(separator: "\n").map(String.init)
    }

    @Test(
        "bash completes commands, options, choices, files and dynamic values",
        arguments: [
            ("is", ["issue"]), ("li", ["list"]), ("list ", ["tokens", "users"]),
            ("-q list t", ["tokens"]), ("-p issue li", ["list"]),
            ("--ver", ["--version", "--verbose"]), ("issue --exp", ["--expires-in"]),
            ("issue --no-", ["--no-record"]), ("issue --label", []),
            ("issue -o js", ["json", "jsonl"]), ("list tokens -o t", []),
            ("issue --output=js", ["json", "jsonl"]),
            ("issue --output=", ["table", "json", "jsonl"]), ("issue -ojsonl", ["-ojsonl"]),
            ("issue --output json al", ["alice"]), ("issue --output= al", ["alice"]),
            ("issue --key jwtctl.b", ["jwtctl.bash"]), ("issue --key=jwtctl.b", ["jwtctl.bash"]),
            ("issue -kjwtctl.b", ["-kjwtctl.bash"]), ("issue user:4", ["42"]),
            ("issue --redis=redis://", ["//one"]), ("issue --aud b", ["bob"]),
            ("issue -- --js", []), ("-p p", ["prod"]), ("--profile jwtctl.b", ["jwtctl.bash"]),
            ("--profile=jwtctl.b", ["jwtctl.bash"]), ("--profile=s", ["stage"]),
            (#"--profile "s"#, ["stage"]), (#"--profile="s"#, ["stage"]), ("completion z", ["zsh"]),
            ("completion zsh jwtctl.b", ["jwtctl.bash"]), ("zebra ", []), ("help ti", ["time"]),
            ("issue --expires-in ", []),
            // A token is in a file after '@' only.
            ("list tokens x @jwtctl.b", ["@jwtctl.bash"]), ("list tokens x @fol", ["@folder/"]),
            ("list tokens x @folder/x", []), ("list tokens x jwtctl.b", []),
            // What is given is not offered again, unless it may be repeated.
            ("issue -o json --out", []), ("issue --aud a --au", ["--aud"]),
            // A command's own options come before the global ones.
            (
                "list tokens -",
                [
                    "-o", "--output", "-q", "--quiet", "-p", "--profile", "-v", "--verbose", "-h",
                    "--help",
                ]
            ), ("list --q", ["--quiet"]),
        ])
    func bashCompletes(line: String, expected: [String]) throws {
        #expect(try bash(line) == expected)
    }

    @Test("bash keeps what is before a value where that does not split words")
    func bashWithoutBreaks() throws {
        #expect(try bash("issue --output=jsonl", breaks: "") == ["--output=jsonl"])
        #expect(try bash("issue --key=jwtctl.b", breaks: "") == ["--key=jwtctl.bash"])
        #expect(try bash("list tokens x @jwtctl.b", breaks: "") == ["@jwtctl.bash"])
    }

    @Test(
        "bash lists meanings as far as there is room, and none of an only candidate",
        arguments: [
            ("list ", 80, ["tokens  (List tokens)", "users   (List users)"]),
            ("issue ", 80, ["alice    (The first)", "bob", "user:42"]),
            ("list ", 20, ["tokens  (List toke…)", "users   (List users)"]),
            ("list ", 16, ["tokens  (List …)", "users  (List u…)"]),
            ("list ", 10, ["tokens", "users  (…)"]), ("list t", 80, ["tokens"]),
            ("issue --output js", 80, ["json", "jsonl"]),
        ])
    func bashExplains(line: String, columns: Int, expected: [String]) throws {
        #expect(try bash(line, listing: columns) == expected)
    }

    @Test("bash asks the program with the words as it would run it", arguments: questions)
    func bashAsks(line: String, question: String) throws {
        let scratch = try Self.scratch()
        _ = try bash(line, in: scratch)
        #expect(try scratch.read("asked") == "<__complete>\(question)")
    }

    @Test(
        "An interactive bash inserts what is common, and lists in the order of the program",
        arguments: [
            ("jwtctl list tokens x @jwtctl.f", "jwtctl list tokens x @jwtctl.fish ", ""),
            ("jwtctl list tokens x @fol", "jwtctl list tokens x @folder/", ""),
            ("jwtctl list tokens x \"@jwtctl.f", "jwtctl list tokens x \"@jwtctl.fish\" ", ""),
            ("jwtctl issue --key=jwtctl.f", "jwtctl issue --key=jwtctl.fish ", ""),
            ("jwtctl issue --redis=redis:", "jwtctl issue --redis=redis://one ", ""),
            (
                "jwtctl issue -o j", "jwtctl issue -o json",
                """
                json   jsonl
                """
            ),
            (
                "jwtctl list ", "jwtctl list ",
                """
                tokens  (List tokens)  users   (List users)
                """
            ),
            (
                "jwtctl issue --re", "jwtctl issue --re",
                """
                --record          (Record the token)
                --redis           (Talk to this server)
                --redis-password  (Read the password from a file)
                """
            ),
        ])
    func bashInserts(line: String, expected: String, listing: String) throws {
        let scratch = try Self.scratch()
        let typed = try TypedLine(
            line, tabs: 3, in: .bash,
            setup: "cd '\(scratch.path)'; mkdir -p folder; source ./jwtctl.bash",
            environment: Self.environment(scratch))
        #expect(typed.text == expected)
        let lines = listing.split(separator: "\n").joined(separator: "\n")
        #expect(typed.listing.withoutTrailingBlanks.contains(lines), "\(typed.listing)")
    }

    // MARK: fish

    private func fish(_ line: String, in scratch: TemporaryDirectory) throws -> [String] {
        let result = try SystemProgram.fish.run(
            [
                "--no-config", "-c",
                "cd \(scratch.path); mkdir -p folder; source jwtctl.fish; complete -C \"$LINE\"",
            ],
            environment: Self.environment(scratch).merging(["LINE": "jwtctl \(line)"]) { $1 })
        return result.text.split(separator: "\n").map {
            $0.hasSuffix("\t") ? String($0.dropLast()) : String($0)
        }
    }

    @Test(
        "fish completes with meanings",
        arguments: [
            ("is", ["issue\tSign a token and record it"]),
            ("list ", ["tokens\tList tokens", "users\tList users"]),
            ("-p issue li", ["list\tList what is stored"]),
            ("issue --exp", ["--expires-in\tLet it live so long"]), ("issue --lab", []),
            ("list tokens --exp", []), ("issue -o js", ["json", "jsonl"]),
            ("issue --output=tab", ["--output=table"]), ("issue -otab", ["-otable"]),
            ("issue --aud al", ["alice\tThe first"]), ("issue a", ["alice\tThe first"]),
            ("issue --key jwtctl.f", ["jwtctl.fish"]),
            ("issue --key=jwtctl.f", ["--key=jwtctl.fish"]), ("completion z", ["zsh"]),
            ("completion zsh jwtctl.f", ["jwtctl.fish"]),
            ("help ti", ["time\tHow times are written"]), ("--profile pr", ["prod"]),
            ("--profile jwtctl.f", ["jwtctl.fish"]),
            ("issue --no-r", ["--no-record\tOpposite of --record"]), ("zebra ", []),
            ("list tokens x @jwtctl.f", ["@jwtctl.fish"]), ("list tokens x @fol", ["@folder/"]),
            ("list tokens x jwtctl.f", []), ("issue -o json --out", []),
            ("issue --aud a --au", ["--aud\tName an audience: [one] 'of' them"]),
            ("--ver", ["--version\tShow the version", "--verbose\tSay more"]),
            (
                "list tokens --",
                [
                    "--output\tPrint it so", "--quiet\tSay nothing", "--profile\tUse a profile",
                    "--verbose\tSay more", "--help\tShow help",
                ]
            ),
        ])
    func fishCompletes(line: String, expected: [String]) throws {
        #expect(try fish(line, in: Self.scratch()) == expected)
    }

    @Test("fish asks the program with the words as it would run it", arguments: questions)
    func fishAsks(line: String, question: String) throws {
        let scratch = try Self.scratch()
        _ = try fish(line, in: scratch)
        #expect(try scratch.read("asked") == "<__complete>\(question)")
    }

    // MARK: zsh

    private static let zshFunction = Result { try ZshFunction(ZshCompletion.render(program)) }

    private func zsh(_ line: String, in scratch: TemporaryDirectory) throws -> TypedLine {
        try TypedLine(
            "jwtctl \(line)", in: .zsh,
            setup: """
                cd \(scratch.path); mkdir -p folder
                \(Self.zshFunction.get().setup)
                """,
            environment: Self.environment(scratch))
    }

    @Test(
        "zsh completes what is typed",
        arguments: [
            ("is", "issue "), ("list t", "list tokens "), ("-q list u", "-q list users "),
            ("issue --exp", "issue --expires-in "),
            ("issue --output ta", "issue --output table "),
            ("issue --output=ta", "issue --output=table "), ("issue -ota", "issue -otable "),
            ("list tokens -o jsonl al", "list tokens -o jsonl alice "),
            ("issue --aud bo", "issue --aud bob "), ("issue user", "issue user:42 "),
            ("issue --key jwtctl.f", "issue --key jwtctl.fish "),
            ("issue --key=jwtctl.f", "issue --key=jwtctl.fish "),
            ("completion z", "completion zsh "), ("help ti", "help time "),
            ("issue --lab", "issue --lab"), ("--profile pr", "--profile prod "),
            ("--profile jwtctl.f", "--profile jwtctl.fish "),
            ("issue --redis=redis:", "issue --redis=redis://one "),
            ("list tokens x @jwtctl.f", "list tokens x @jwtctl.fish "),
            ("list tokens x @fol", "list tokens x @folder/"),
            ("list tokens x jwtctl.f", "list tokens x jwtctl.f"),
            ("issue -o json --out", "issue -o json --out"),
            ("issue --aud a --au", "issue --aud a --aud "),
        ])
    func zshCompletes(line: String, expected: String) throws {
        #expect(try zsh(line, in: Self.scratch()).text == "jwtctl \(expected)")
    }

    @Test(
        "zsh lists meanings in the order of the program",
        arguments: [
            ("list ", ["tokens -- List tokens", "users  -- List users"]),
            (
                "list tokens --",
                [
                    "--output -- Print it so", "--quiet   -- Say nothing",
                    "--profile -- Use a profile", "--verbose -- Say more", "--help    -- Show help",
                ]
            ),
            ("issue ", ["alice -- The first", "bob", "user:42"]),
        ])
    func zshLists(line: String, expected: [String]) throws {
        let typed = try zsh(line, in: Self.scratch())
        let lines = typed.listing.withoutTrailingBlanks.split(separator: "\n").map(String.init)
        #expect(Array(lines.filter(expected.contains)) == expected, "\(typed.listing)")
    }

    @Test("zsh asks the program with the words as it would run it", arguments: questions)
    func zshAsks(line: String, question: String) throws {
        let scratch = try Self.scratch()
        _ = try zsh(line, in: scratch)
        #expect(try scratch.read("asked") == "<__complete>\(question)")
    }
}

extension String {
    /// Its lines without the blanks at their ends.
    fileprivate var withoutTrailingBlanks: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var line = line
            while line.last == " " { line.removeLast() }
            return String(line)
        }.joined(separator: "\n")
    }
}

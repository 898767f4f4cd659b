internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import Redis
internal import Synchronization
internal import TokenStore

/// Answers the completion scripts. After any failure the answer is shorter or empty: a shell must
/// neither hang nor print errors because Redis does not respond.
enum DynamicCompletion {
    /// Prints the candidates for the word that is being completed. Only a failed output is thrown.
    static func answer(_ request: CompletionRequest, _ system: System) throws(OutputError) {
        var candidates: [Completion.Choice] = []
        do {
            candidates = try Self.candidates(request, system)
        } catch {
            candidates = []
        }
        try system.output.write(CompletionRequest.answer(candidates))
    }

    /// The candidates of one kind. The kinds are those that options and operands name with
    /// `.dynamic`. The line is incomplete, so of its options only those are read that can be
    /// understood.
    private static func candidates(
        _ request: CompletionRequest, _ system: System
    ) throws -> [Completion.Choice] {
        let line = request.words.dropLast().map { expanded($0, system.environment) }
        let options = GlobalOptions.group.read(unfinished: line)
        switch request.kind {
        case "users":
            return try UserSearch.run(
                options, system.environment, beginning: request.words.last ?? []
            ).map { Completion.Choice($0) }
        case "layouts": return try layouts(options, system)
        case "profiles":
            return try configuration(options, system).map(profiles) ?? []
        case "members": return ResultMembers.of(jwtctlProgram.path(unfinished: line))
        case "claims": return ResultMembers.claims
        default: return []
        }
    }

    /// The word with `~/` expanded, as a shell does before it runs a command. Completion scripts
    /// pass words as they were typed.
    private static func expanded(_ word: [UInt8], _ environment: Environment) -> [UInt8] {
        guard word.starts(with: "~/".utf8), let home = environment.bytes(of: "HOME") else {
            return word
        }
        return home + word.dropFirst()
    }

    /// The configuration file. `Settings` cannot be used, since they fail if the chosen profile
    /// does not exist yet.
    private static func configuration(
        _ options: GlobalOptions, _ system: System
    ) throws -> ConfigurationFile? {
        try Settings.place(options, system.environment).flatMap {
            try ConfigurationFile(path: $0.bytes)
        }
    }

    /// The presets, and the layouts of the configuration file if it can be read.
    private static func layouts(
        _ options: GlobalOptions, _ system: System
    ) throws -> [Completion.Choice] {
        let presets = try Presets.names.map { name in
            let layout = try LayoutReader.preset(name, for: .show)
            return Completion.Choice(name, summary: layout.summary)
        }
        do {
            let own = try configuration(options, system)?.layouts ?? [:]
            return presets
                + own.keys.sorted().map {
                    Completion.Choice($0, summary: "from the configuration file")
                }
        } catch {
            return presets
        }
    }

    /// The profiles in the order of the file, each with its Redis.
    private static func profiles(_ file: ConfigurationFile) -> [Completion.Choice] {
        file.profileNames.map { name in
            Completion.Choice(name, summary: file.profiles[name]?[.redis].map(place) ?? "")
        }
    }

    /// The hosts and database of a URL, without its password. A value that is not a Redis URL may
    /// be a password, so it is not shown.
    private static func place(_ url: ConfigurationFile.Entry) -> String {
        do throws(RedisURLError) {
            return try RedisURL.parse(url.text).description
        } catch {
            return ""
        }
    }
}

/// A search for users on its own thread. The time limit covers everything: reading files, name
/// resolution, the TLS handshake and all replies of Redis.
///
/// A search that takes too long continues until the process ends.
final class UserSearch: Sendable {
    /// The time that a shell waits after TAB, in milliseconds.
    private static let timeout: Int64 = 300
    /// The most users that are offered.
    private static let limit = 200
    /// The number of pages of keys that are scanned, which is small for a Redis of any size.
    private static let pageLimit = 4

    /// The users found so far, shared by both threads.
    private let found = Mutex<Set<String>>([])
    /// Raised when the search has ended.
    private let isDone: Semaphore

    /// Makes a search that has not begun.
    private init() throws(SystemError) { isDone = try Semaphore() }

    /// The users whose names begin with `prefix`, sorted. `options` choose Redis and layout.
    static func run(
        _ options: GlobalOptions, _ environment: Environment, beginning prefix: [UInt8]
    ) throws(SystemError) -> [String] {
        let search = try UserSearch()
        let thread = try Thread {
            search.look(options, environment, for: prefix)
            search.isDone.signal()
        }
        thread.detach()
        _ = search.isDone.wait(milliseconds: timeout)
        return search.found.withLock { $0.sorted() }
    }

    /// Scans for users on the thread of the search.
    private func look(
        _ options: GlobalOptions, _ environment: Environment, for prefix: [UInt8]
    ) {
        var options = options
        options.timeout = Self.timeout
        options.asksPassword = false
        let console = Console(options, system: Self.system(environment))
        do {
            let query = UserQuery(while: { $0 < Self.pageLimit })
            try Backend(console).store.forEachUser(query) { page in
                self.add(page.map(\.user.description).filter { Self.fits($0, prefix) })
            }
        } catch {
            // The users found so far are the answer.
        }
    }

    /// Adds users and returns whether there is room for more.
    private func add(_ users: [String]) -> Bool {
        found.withLock { found in
            found.formUnion(users)
            return found.count < Self.limit
        }
    }

    /// Whether the user is a candidate. A name with a dash in front is left out, since the command
    /// would take it for an option. A prefix with quotes is left to the shell to compare.
    private static func fits(_ user: String, _ prefix: [UInt8]) -> Bool {
        let isQuoted = prefix.contains { "\"'\\".utf8.contains($0) }
        return !user.hasPrefix("-") && (isQuoted || user.utf8.starts(with: prefix))
    }

    /// Streams in memory, so that nothing is printed. Standard input counts as used: a password on
    /// it is for the command itself.
    private static func system(_ environment: Environment) -> System {
        let input = InputStream(bytes: [])
        _ = input.take()
        return System(
            input: input, output: OutputStream(), diagnostics: OutputStream(),
            environment: environment, clock: .system, terminal: Terminal(columns: 80))
    }
}

/// The members of the commands' JSON results, as candidates for `--field`. A test compares them
/// with the output of the commands.
enum ResultMembers {
    /// The members in the result of the command `path`; empty for a command without a result.
    static func of(_ path: [String]) -> [Completion.Choice] {
        (members[path.joined(separator: " ")] ?? []).flatMap { member in
            let inner = member == "header" ? headers : member == "payload" ? claims : []
            return [Completion.Choice(member)]
                + inner.map { Completion.Choice("\(member).\($0.value)", summary: $0.summary) }
        }
    }

    /// Common claims: those of RFC 7519, then some that login servers add. Also the candidates for
    /// `--require`.
    static let claims =
        [
            "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope", "client_id", "azp", "sid",
            "nonce", "roles",
        ].map { Completion.Choice($0, summary: dates[$0] ?? meaning($0, MemberMeanings.claims)) }

    /// Common members of the header.
    private static let headers = ["alg", "typ", "kid", "cty"].map {
        Completion.Choice($0, summary: meaning($0, MemberMeanings.header))
    }

    /// The meanings of dates, which `MemberMeanings` has only as parts of sentences.
    private static let dates = [
        "exp": "expiry time", "nbf": "time from which it is valid", "iat": "issue time",
    ]

    /// The meaning of a member; empty if there is none.
    private static func meaning(_ name: String, _ meanings: [JSONString: String]) -> String {
        meanings[JSONString(name)] ?? ""
    }

    // MARK: the results

    /// The name of an object, and the paths of its members.
    private static func nested(_ parent: String, _ names: [String]) -> [String] {
        [parent] + names.map { "\(parent).\($0)" }
    }

    /// The member `target` of commands that change something: see `Backend.json`.
    private static let target = nested(
        "target", ["profile", "server", "database", "namespace", "layout"])
    /// The member `state`: see `StateReport.json`.
    private static let state = nested(
        "state",
        [
            "revoked", "revoked_ttl", "revoked_by", "revoked_at", "revoke_reason", "listed",
            "cutoff",
        ])
    /// The members of a user: see `UserStatus`.
    private static let user =
        [
            "user", "cutoff", "global_cutoff", "tokens", "active_tokens", "revoked_tokens",
            "cut_off_tokens", "expired_tokens", "latest_iat", "latest_exp", "recent",
        ] + nested("unrecorded", ["iat", "active"]) + target
    /// The member `times`: see `ClaimTimes`.
    private static let times = nested("times", ["iat", "nbf", "exp", "expires_in"])
    /// The members of a token that was issued: see `TokenMinter.Minted`.
    private static let token = ["token", "id", "sub", "iat", "exp", "recorded"]
    /// The members of a layout that is listed or shown: see `LayoutReader.definition`.
    private static let layout =
        ["name", "doc", "proof", "source", "on_outage", "on_outage_source", "notes"]
    /// The members of a key that was written: see `KeyOutputOptions`.
    private static let key = ["format", "kid", "thumbprint", "file", "key"]

    /// The members of each result, by the words of the command.
    private static let members: [String: [String]] = [
        "issue": token,
        "decode": ["header", "payload", "signature", "verified"] + times,
        "verify": ["active", "valid", "reason"] + state
            + ["header", "payload", "verified", "checks", "keys"] + times,
        "status": ["id", "active", "verified"] + state + user,
        "revoke": [
            "id", "sub", "result", "ttl", "verified", "error", "confirmed", "audited", "dry_run",
            "total", "revoked", "already_revoked", "expired", "not_found", "failed", "invalid",
            "unknown", "not_attempted",
        ] + target,
        "renew": token + ["replaced", "audited", "dry_run"] + target,
        "restore": ["id", "sub", "result", "listed", "confirmed", "audited", "dry_run"] + target,
        "logout-all": [
            "user", "revoked", "already_revoked", "kept", "cutoff", "complete", "confirmed",
            "audited", "late", "version", "unreached_until", "dry_run", "users", "tokens",
        ] + target,
        "prove": [
            "id", "sub", "result", "refused_after_ms", "calls", "logged_out", "other_accepted",
            "restored", "detail", "audited", "dry_run",
        ] + target,
        "find": [
            "query", "id", "user", "iat", "exp", "state", "label", "found_in", "revoke",
        ],
        "list tokens": ["user", "id", "iat", "exp", "expires_in", "state", "label"],
        "list users": ["user", "tokens", "active_tokens", "latest_exp", "cutoff"],
        "list revoked": ["id", "ttl", "exp", "by", "at", "reason", "forever"],
        "stats": [
            "users", "tokens", "largest", "revoked", "revoked_forever", "revoked_expiring_1h",
            "revoked_expiring_24h", "user_cutoffs", "cutoff", "tokens_bytes", "revoked_bytes",
            "used_memory", "active_tokens",
        ] + target,
        "doctor": [
            "check", "finding", "severity", "message", "means", "remedy", "server", "data",
        ],
        "audit": ["time", "op", "id", "user", "count", "reason", "actor", "host"],
        "prune": ["users", "removed", "mended", "dry_run"] + target,
        "key generate": key,
        "key public": key,
        "key convert": key,
        "key thumbprint": ["thumbprint", "kid"],
        "key show": [
            "kty", "crv", "bits", "private", "kid", "use", "alg", "thumbprint", "signs", "verifies",
            "weak_for", "strength", "halves_match",
        ],
        "layout list": layout + ["can", "needs", "variables"],
        "layout show": layout + ["vars", "claims", "define", "stores", "mistaken_for"],
        "layout detect": [
            "layout", "confidence", "keys", "counts", "variables", "options", "examples", "remarks",
            "sampled", "whole",
        ],
        "config show": ["setting", "value", "origin"],
        "version": ["name", "version", "commit", "date", "swift"]
            + nested("openssl", ["built", "running"]) + nested("hiredis", ["built"]) + ["static"],
    ]
}

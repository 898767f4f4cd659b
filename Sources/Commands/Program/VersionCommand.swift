internal import CommandKit
internal import JSON
internal import OpenSSL
internal import Platform
internal import Redis

/// The version of this program. The packaging scripts read it from this line.
package let programVersion = "0.2.0"

/// Options of a command that has only the global ones.
struct PlainOptions: CommandOptions {
    var global = GlobalOptions()
}

/// `version`: what a report of a problem should contain. `--version` prints only the first two
/// words.
let versionCommand = Command(
    name: "version", summary: "Show the version and how it was built.",
    discussion: [
        """
        Shows the commit and its date, the Swift compiler, and the versions of OpenSSL and hiredis: \
        the one that the program was built with and, for OpenSSL, the one that is running. A static \
        program needs no shared library.
        """
    ],
    defaults: PlainOptions(), options: [.group(GlobalOptions.group, at: \.global)],
    examples: [
        Example(
            command: "jwtctl version", summary: "Show the version of jwtctl.",
            output: [
                "jwtctl \(programVersion) (commit 494e855f3b21, 2026-11-30)",
                "Swift 6.3.1, OpenSSL 3.0.19, hiredis 0.14.1, dynamic",
            ]),
        Example(
            command: "jwtctl version --field openssl.running",
            summary: "Print the version of OpenSSL alone.",
            output: ["3.0.19"]),
    ],
    exitStatuses: ExitStatus.docs(.failure),
    run: { options, system in
        let version = ProgramVersion()
        try Console(options.global, system: system).result(version.json) { version.words }
        return .success
    })

/// The version of the program and of the libraries it uses, for `version` and `doctor`.
struct ProgramVersion {
    /// The version with its commit, such as `jwtctl 0.2.0 (commit 494e855f3b21, 2026-11-30)`.
    var title: String {
        let commit = BuildFacts.commit.map { "commit \($0)" } ?? "development build"
        return
            "jwtctl \(programVersion) (\([commit, BuildFacts.date].compactMap(\.self).joined(separator: ", ")))"
    }

    /// The libraries and the kind of linking, such as `OpenSSL 3.0.17, hiredis 0.14.1, static`. A
    /// running OpenSSL of another version than at build time is named, because that is allowed.
    var libraries: String {
        let built = OpenSSLVersion.built
        let running = OpenSSLVersion.running
        let openSSL = built == running ? running : "\(running) (built with \(built))"
        return "OpenSSL \(openSSL), hiredis \(HiredisVersion.built), "
            + (BuildFacts.isStatic ? "static" : "dynamic")
    }

    /// The text of the command `version`.
    var words: String {
        let swift = BuildFacts.swift.map { "Swift \($0), " } ?? ""
        return "\(title)\n\(swift)\(libraries)\n"
    }

    /// The JSON result. Facts that a development build does not have are null.
    var json: JSONObject {
        [
            "name": "jwtctl", "version": .string(programVersion),
            "commit": .string(orNull: BuildFacts.commit),
            "date": .string(orNull: BuildFacts.date), "swift": .string(orNull: BuildFacts.swift),
            "openssl": .object([
                "built": .string(OpenSSLVersion.built), "running": .string(OpenSSLVersion.running),
            ]),
            "hiredis": .object(["built": .string(HiredisVersion.built)]),
            "static": .bool(BuildFacts.isStatic),
        ]
    }
}

/// The other half of a version number: what scripts have to know that were written for an older
/// one.
extension Topics {
    /// `help upgrading`, a section of the program's manual page: first the commands that judge
    /// tokens, then those that change something, then what concerns all of them.
    static let upgrading = Topic(
        name: "upgrading", title: "UPGRADING",
        summary: "Changes to statuses, defaults and output.",
        body: [
            "Since 0.1.0, verify and status:",
            .terms(
                """
                verify:: null in iss, sub, aud or jti counts as absent, and a whole number in sub or
                    jti counts as its decimal text, with a warning: such tokens give 0 or 6 instead
                    of 5. With --strict, or an option that requires the claim, the status is still
                    5.
                verify:: exp is checked against the later of this machine's clock and Redis' clock.
                    --leeway is at most the deny-margin in force (it was 60s), otherwise the status
                    is 2.
                cutoffs:: Compared in whole seconds: a token of the cutoff's own second is revoked,
                    whatever fraction its iat has. While a cutoff is set, a token whose iat is more
                    than 60 s ahead of Redis' clock is not yet valid (5, not_yet_valid); it was
                    revoked (6).
                status:: Prints 'not revoked' instead of 'active', since it checks neither signature
                    nor times. JSON gains "verified": null.
                replicas:: If a primary is demoted or replaced during verify --stream or status, the
                    status is 8. This is also the status of a primary without replicas if fewer than
                    half of the Sentinels answer, and of a replica whose HELLO command is renamed.
                """),
            "Since 0.1.0, revoke, restore, renew and logout-all:",
            .terms(
                """
                --wait:: Behind Sentinels, and for primaries of a Cluster that have replicas, the
                    default is 1 (it was 0): the Redis user needs +wait, and a change that no
                    replica confirms ends with 8. --wait 0, or wait = 0 in a profile, turns it off.
                    The default duration is that of --timeout (it was 5s).
                --wait --fsync:: Items that were not confirmed count as unknown and are written to
                    --failed; they counted as revoked. After the first of them the rest is written
                    without waiting, and one wait at the end covers all of it. JSON gains
                    "confirmed", which is false for such items.
                --failed FILE:: Written to FILE.partial and renamed at the end, with mode 0600. A
                    link, a pipe, a device and a directory are refused (1). A dry run writes no
                    file.
                revoke:: A token without jti is refused (9) under layouts that blacklist by jti; it
                    was 5.
                revoke, status:: A token whose sub is not a string, or whose exp or iat is not a
                    number, is handled by its id, with a warning (it was 5). If exp is unclear, give
                    --exp, --ttl or --forever (2).
                revoke, logout-all, renew:: Under a layout that can be mistaken for a blacklist
                    (jwt-redis-allow) they ask for confirmation, unless the profile has layout-check
                    = off.
                revoke:: Under a whitelist, a token without a key is not_found (10) if Redis has no
                    key of the layout at all; it was already_revoked (0).
                layouts:: A change warns if Redis has no key of the layout, even if the layout was
                    selected explicitly. layout-check = off in a profile turns this off. A layout
                    file with session keys and token lists but no deny store is refused (2): revoke
                    left the key and said revoked.
                restore:: Refuses a banned user or an old token version (6), and a key that holds
                    another token (9). If there is a key, also from JWTCTL_KEY or JWTCTL_SECRET, it
                    checks the signatures of tokens (4); --no-verify turns that off.
                logout-all:: Revokes every token that was listed when it started, even if its iat is
                    ahead of Redis' clock. complete is then false, and the --skew that reaches the
                    rest is given. complete is also false if a layout leaves tokens until they
                    expire (go-access-uuid), or if a key may belong to two users.
                announce:: Layout files publish revocations only, with or without an audit log;
                    "changes": "all" publishes the other changes too.
                """),
            "Since 0.2.0:",
            .terms(
                """
                status 11:: New, of prove only.
                list users:: Tables, JSON and CSV are sorted by name, and --limit takes the first
                    names; -o jsonl and -o id come as before, where -o id may repeat a user while
                    Redis rehashes. A global cutoff is noted on standard error; if it cannot be
                    read, the status is 8. The latest expiry of a user without tokens is '-'.
                one item by pipe:: A single failing item of status and logout-all ends with the
                    status of an operand (8 where it was 10), and without a table.
                logout-all:: With several users, one line on standard error sums up; it includes
                    the users of whom nothing was recorded. restore writes such a line, too.
                status --from, find:: SIGINT, SIGTERM and SIGHUP end them at a clean point; a second
                    signal ends them at once.
                questions:: Other words, and the same status 9 and code 'declined'. On a terminal
                    logout-all asks about a user of whom nothing is recorded.
                logout-all --dry-run:: One row per user, even where a user is named twice.
                audited:: True only if the file of --audit-log has the change too.
                doctor:: One more finding, about outages. With --strict it fails for open-webui,
                    express-jwt-blacklist, rails-cache and lexik, which accept revoked tokens while
                    Redis is away.
                layouts:: layout list -o csv has two more fields after source. Older releases refuse
                    a layout file with on_outage.
                revoke:: A bare id without an expiry is revoked for max-lifetime if that is set; it
                    was refused (2).
                """),
            "Since 0.1.0, everywhere:",
            .terms(
                """
                tokens in other text:: revoke, restore, status, decode, renew and --keep extract the
                    token from a log line, a URL, a header, JSON or a command. Such texts were ids,
                    or malformed (3). If the text may hold another person's token, a change needs a
                    key, or --no-verify (9). verify accepts only the token itself, as before.
                ids:: White space, quotes, commas, bars, brackets, NAME=VALUE, --options, invisible
                    characters and keys of the layout are refused without --id (2), and so is a
                    token in base64 or hex (3). Text that begins with eyJ is an id unless it decodes
                    to the beginning of a JSON object.
                users:: Control and invisible characters, and the name of a file, are refused as an
                    operand of logout-all (2). {"user":"…"} as a line of --from names any user.
                files:: White space and quotes around each field of a line are dropped, and a
                    trailing '# comment' is ignored. A byte order mark is dropped, UTF-16 is refused
                    (1), and a carriage return ends a line. If all lines of a file have another form
                    (CSV, a JSON array, fields separated by blanks), the status is 2 and nothing is
                    written. Semicolons are refused in an id without --id.
                --failed FILE:: Contains every line that was not done, also invalid and unknown ids,
                    each below a comment with the reason.
                one item by pipe:: Output (a table or text) and exit status are those of one
                    operand: 6 for a revoked token in status, and 3 for a malformed one in revoke;
                    both were 10. status --user without operands shows the user, and does not read standard input.
                --profile:: Overrides the environment. If it differs from JWTCTL_REDIS_URL,
                    JWTCTL_LAYOUT, JWTCTL_NAMESPACE, JWTCTL_KEY or JWTCTL_SECRET, a change is
                    refused (2) and a read warns.
                -q:: issue, renew, key, completion and layout show print their result.
                -o id:: verify and decode print the id.
                unknown states:: If Redis did not answer a check, it has "ok": null, and UNKNOWN in
                    text; it had false, and FAILED.
                list revoked:: JSON gains "forever", true for an entry that never expires; revoke
                    and restore read it.
                no items:: revoke, restore and status without operands and with an empty standard
                    input give an error (2); with - or --from the status is 0 as before.
                Redis URLs:: '@' and then ',' before the last '@' is refused (2), since each address
                    seems to have its own user; all of it was taken for the password. '=' in a host
                    is refused too.
                wrapped tokens:: The lines of a wrapped token are refused (3) if they cannot be
                    joined to it; they were ids.
                users:: A token where a user is expected is refused (2), and so is - as an operand
                    of logout-all.
                lines of users:: logout-all --from refuses lines with outer blanks or quotes, ' #'
                    or invisible characters; {"user":"…"} names any user. list users -o id writes
                    that form where it is needed, and never {"jti":…}.
                variables:: A variable that jwtctl reads and that is not UTF-8 is an error (2); it
                    was treated as not set.
                keys:: Keys of a JWKS may share a kid, and an empty kid in a token names no key
                    (both were errors). If a file has several certificates, each is tried; it was
                    the first. jwtctl now reads PEM with \\n for line ends, base64 and hex without
                    PEM header and footer, x5c without key parameters, Google's map of certificates,
                    and OpenSSH's Ed25519 keys.
                secrets:: A JSON object, HTML, UTF-16, and PEM with damaged dashes are refused as a
                    secret (1). So is text that begins with a byte order mark, a comment line or 0x;
                    for these, --secret-encoding raw or hex says what is meant.
                sources:: A source that names no file is not repeated in errors, and config show
                    hides it: it may be the secret itself.
                tokens in keys:: Shown as <token> in --explain, errors and traces. sentinel_password
                    is masked, and refused in a configuration file that others can read.
                --timeout:: Also limits DNS, lines of more than 64 KiB, replies of less than 1 KiB
                    per timeout, and scans that do not end (8).
                tables:: Where a terminal is too narrow, columns are left out, shortened or cut, or
                    each row becomes a block of lines; ids are no longer cut. -o wide shows all. An
                    empty cell is '-'. A table of more than 10,000 rows is printed in parts, and its
                    columns may widen from one part to the next.
                words:: Help, messages and hints have other words, counts have commas between
                    thousands, and spans are rounded: '1 h' where it was '59 min'. Scripts read
                    JSON, whose members stay.
                decode:: Shows the meaning of registered members only with --explain.
                version:: The command prints the commit and the libraries too; --version prints one
                    line as before. doctor begins with the finding 'program'.
                layout list, layout detect:: The columns PROVED, WHAT and SURE are now TESTED,
                    DESCRIPTION or ROLES, and CONFIDENCE.
                host names:: The static program uses only /etc/hosts and DNS, whatever nsswitch.conf
                    says.
                """),
        ])
}

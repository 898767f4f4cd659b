internal import CommandKit

/// What a newer version does differently, for those who have scripts for an older one.
extension Topics {
    static let upgrading = Topic(
        name: "upgrading", title: "UPGRADING",
        summary: "Statuses, defaults and output that changed.",
        body: [
            "Since 0.1.0, verify and status:",
            .definitions([
                Definition(
                    "verify",
                    "null under iss, sub, aud or jti counts as absent, and a whole number under sub "
                        + "or jti counts by its decimal text, with a warning: such tokens get 0 or 6 "
                        + "where they got 5. --strict, or an option that requires the claim, "
                        + "keeps 5."),
                Definition(
                    "verify",
                    "exp is checked by the later of this machine's clock and Redis' clock. --leeway "
                        + "is at most the deny-margin in force (it was 60s), else 2."),
                Definition(
                    "cutoffs",
                    "Compared in whole seconds: a token of the cutoff's own second is cut off, "
                        + "whatever fraction its iat has. An iat more than 60 s ahead of Redis' clock, "
                        + "while a cutoff is set, is not yet valid (5, not_yet_valid), no longer cut "
                        + "off (6)."),
                Definition(
                    "status",
                    "Prints 'not revoked' where it printed 'active', since it checks neither "
                        + "signature nor times. JSON gains \"verified\": null."),
                Definition(
                    "replicas",
                    "A primary that was demoted or replaced during verify --stream or status gives 8. "
                        + "So does a primary without replicas where fewer than half of the Sentinels "
                        + "answer, and a replica whose HELLO command is renamed."),
            ]),
            "Since 0.1.0, revoke, restore, renew and logout-all:",
            .definitions([
                Definition(
                    "--wait",
                    "Behind Sentinels, and for primaries of a Cluster that have replicas, it is 1 (it "
                        + "was 0): the Redis user needs +wait, and what no replica confirms ends with 8. "
                        + "--wait 0, or wait = 0 in a profile, turns it off. Its time is that of "
                        + "--timeout (it was 5s)."),
                Definition(
                    "--wait --fsync",
                    "Items that were not confirmed count as unknown and are in --failed; they "
                        + "counted as revoked. The rest is written without waiting again, and waited for "
                        + "once at the end. JSON gains \"confirmed\", false for such items."),
                Definition(
                    "--failed FILE",
                    "Written to FILE.partial and renamed at the end, with mode 0600. A link, a pipe, a "
                        + "device and a directory are refused (1). A dry run writes no file."),
                Definition(
                    "revoke",
                    "A token without jti is refused (9) under layouts that blacklist by jti; it "
                        + "was 5."),
                Definition(
                    "revoke, status",
                    "A token whose sub is not a string, or whose exp or iat is not a number, is revoked by "
                        + "its id (it was 5), with a warning. An unclear exp needs --exp, --ttl or "
                        + "--forever (2)."),
                Definition(
                    "revoke, logout-all, renew",
                    "Under a layout that can be mistaken for a blacklist (jwt-redis-allow) they ask "
                        + "for confirmation, unless the profile has layout-check = off."),
                Definition(
                    "revoke",
                    "Under a whitelist, a token without a key is not_found (10) if Redis has no key of "
                        + "the layout at all; it was already_revoked (0)."),
                Definition(
                    "layouts",
                    "A change warns if Redis has no key of the layout, also if the layout was chosen. "
                        + "layout-check = off in a profile turns this off."),
                Definition(
                    "restore",
                    "Refuses a banned user or an old token version (6), and a key that holds another "
                        + "token (9). With a key, from JWTCTL_KEY or JWTCTL_SECRET too, it checks the "
                        + "signatures of tokens (4); --no-verify turns that off."),
                Definition(
                    "logout-all",
                    "Ends every token that was listed when it began, also one whose iat is ahead of "
                        + "Redis' clock; complete is then false, with the --skew that reaches the rest. "
                        + "complete is false as well where a layout leaves tokens until they expire "
                        + "(go-access-uuid) or a key may belong to two users."),
                Definition(
                    "announce",
                    "Layout files publish revocations only, with or without an audit log; \"changes\": "
                        + "\"all\" publishes the other changes too."),
            ]),
            "Since 0.1.0, everywhere:",
            .definitions([
                Definition(
                    "tokens in other text",
                    "revoke, restore, status, decode, renew and --keep take the token out of a log line, "
                        + "a URL, a header, JSON or a command; such texts were ids, or malformed (3). A "
                        + "change by a token out of text that may be somebody else's needs a key, or "
                        + "--no-verify (9). verify takes nothing but the token, as before."),
                Definition(
                    "ids",
                    "White space, quotes, commas, bars, brackets, NAME=VALUE, --options and invisible "
                        + "characters are refused in an id without --id (2), and so is a token in "
                        + "base64 or hex (3). What begins with eyJ is an id unless it decodes to "
                        + "the beginning of a JSON object."),
                Definition(
                    "users",
                    "Control and invisible characters, and the name of a file, are refused as an operand "
                        + "of logout-all (2). {\"user\":\"…\"} as a line of --from names any user."),
                Definition(
                    "files",
                    "White space and quotes around each field of a line are dropped, and a trailing "
                        + "'# comment' is a comment. A byte order mark is dropped, UTF-16 is refused (1), "
                        + "and a carriage return ends a line. A file whose lines are all in another form "
                        + "(CSV, a JSON array, fields between blanks) ends with 2 before anything is "
                        + "written. Semicolons are refused in an id without --id."),
                Definition(
                    "--failed FILE",
                    "Keeps every line that was not done, the invalid and unknown ids too, each below its "
                        + "reason in a comment."),
                Definition(
                    "one item by pipe",
                    "A table or text, and the exit status, are those of one operand: 6 for a revoked "
                        + "token in status, and 3 for a malformed one in revoke, where both were 10. "
                        + "status --user without operands no longer reads standard input (2)."),
                Definition(
                    "--profile",
                    "Counts before the environment. Where it and JWTCTL_REDIS_URL, JWTCTL_LAYOUT, "
                        + "JWTCTL_NAMESPACE, JWTCTL_KEY or JWTCTL_SECRET differ, a change is refused (2) "
                        + "and a read warns."),
                Definition(
                    "-q",
                    "issue, renew, key, completion and layout show print what they made."),
                Definition(
                    "-o id",
                    "verify and decode print the id."),
                Definition(
                    "unknown states",
                    "A check that Redis did not answer has \"ok\": null, and UNKNOWN in text; it was "
                        + "false, and FAILED."),
                Definition(
                    "list revoked",
                    "JSON gains \"forever\", true for an entry that never ends; revoke and restore read "
                        + "it."),
                Definition(
                    "no items",
                    "revoke, restore and status without operands and with an empty standard input end "
                        + "with 2, \"no ids given\"; with - or --from they end with 0 as before."),
                Definition(
                    "Redis URLs",
                    "'@' and then ',' before the last '@' is refused (2), since each address had a user "
                        + "of its own; all of it was taken for the password. So is '=' in a host."),
                Definition(
                    "wrapped tokens",
                    "The lines over which a token was wrapped are refused (3) where they do not join "
                        + "to it; they were ids."),
                Definition(
                    "users",
                    "A token where a user belongs is refused (2), and so is - as an operand of "
                        + "logout-all."),
                Definition(
                    "lines of users",
                    "logout-all --from refuses lines with outer blanks or quotes, ' #' or invisible "
                        + "characters; {\"user\":\"…\"} names any user. list users -o id writes that form "
                        + "where it is needed, and never {\"jti\":…}."),
                Definition(
                    "variables",
                    "A variable that jwtctl reads and that is not UTF-8 is an error (2); it counted as "
                        + "not set."),
                Definition(
                    "keys",
                    "Keys of a JWKS may share a kid, and an empty kid in a token names no key (both were "
                        + "errors). Of several certificates in a file each is tried; it was the first. PEM "
                        + "with \\n for line ends, base64 and hex without armour, x5c without numbers, "
                        + "Google's map of certificates and OpenSSH's Ed25519 keys are read."),
                Definition(
                    "secrets",
                    "A secret is refused (1) that is a JSON object, HTML, UTF-16, or PEM with damaged "
                        + "dashes, and so is text that begins with a byte order mark, a comment line or "
                        + "0x: --secret-encoding raw, or hex, settles the latter three."),
                Definition(
                    "sources",
                    "A source that names no file is not repeated in errors, and config show hides it: it "
                        + "may be the secret itself."),
                Definition(
                    "tokens in keys",
                    "Shown as <token> in --explain, errors and traces. sentinel_password is masked, and "
                        + "refused in a configuration file that others can read."),
                Definition(
                    "--timeout",
                    "Covers DNS, lines of more than 64 KiB, replies of less than 1 KiB per time-out, "
                        + "and scans that do not end (8)."),
                Definition(
                    "tables",
                    "More than 10,000 rows are printed in parts, whose columns may widen."),
                Definition(
                    "host names",
                    "The static program uses /etc/hosts and DNS only, whatever nsswitch.conf says."),
            ]),
        ])
}

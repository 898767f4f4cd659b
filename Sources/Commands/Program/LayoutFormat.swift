internal import CommandKit

/// The format of layout files: `help layout-file`, and a manual page of its own.
extension Topics {
    static let layoutFile = Topic(
        name: "layout-file", title: "LAYOUT FILES",
        summary: "The format of files that say how state lies in Redis.",
        body: overview + names + texts + deny + allow + index + others + example + mistakes,
        page: Topic.Page(name: "jwtctl-layout", section: 5),
        seeAlso: ["layout", "jwtctl(1)"])

    private static let overview: [Prose] = [
        """
        A layout says under which keys an application keeps what it knows of its tokens, so that \
        jwtctl writes what the application reads. It is one JSON object in a file of at most 256 \
        KiB. What is not understood is refused, with line and column: a revocation under keys that \
        no service reads would be none.
        """,
        """
        Begin with the preset that is nearest ("jwtctl layout list"), or with what "jwtctl layout \
        detect" finds, and print it into a file of your own:
        """,
        .literal(["jwtctl layout show blacklist-jti --json > acme.json"]),
        "A file is chosen like a preset; a name with a dot or a slash in it is that of a file:",
        .literal(["jwtctl --layout ./acme.json verify \"$TOKEN\""]),
        .heading("Members of the file"),
        .definitions([
            Definition("name", "What it is called: a-z, 0-9 and -. Required."),
            Definition("doc", "What it is for, in one line."),
            Definition("source", "Where it was read."),
            Definition(
                "proof",
                "How anybody knows that it is right: application (it was run on the same Redis), "
                    + "platform (the bytes were compared with its platform's) or source."),
            Definition("notes", "An array of sentences for people."),
            Definition(
                "mistaken_for",
                "An object of other layouts with the same keys that mean the opposite, and for each "
                    + "what tells the two apart. Commands that delete such keys want --yes, unless "
                    + "a profile says layout-check = off."),
            Definition(
                "extends",
                "The name of a preset whose members are taken over where the file has none. "
                    + "vars, define and claims are taken over member by member, stores as a whole."),
            Definition(
                "vars",
                "An object of variables and their values, which --layout-var NAME=VALUE overrides. "
                    + "null is a variable that has to be given."),
            Definition(
                "define",
                "An object of texts with placeholders, each of which becomes a placeholder itself."),
            Definition("claims", "By what tokens and users are named; see below."),
            Definition("stores", "An array of objects, one for each kind of key. Required."),
        ]),
    ]

    private static let names: [Prose] = [
        .heading("Names of tokens and users"),
        """
        The object claims has the members id and user. Each is the name of a claim, the path to \
        one within others (data.uid), or an array of such, of which the first that the token has \
        is taken. A claim that is empty, longer than 8 KiB, or neither a string nor a whole number is \
        an error.
        """,
        .definitions([
            Definition("id", "Names the token. [\"jti\", \"$content\"] unless it is said."),
            Definition("user", "Names the user. \"sub\" unless it is said."),
            Definition(
                "$content",
                "In place of a claim: sha256: and the hash of header and payload as they were sent."
            ),
            Definition(
                "$token",
                "In place of a claim: the whole token. Another spelling of the same token has "
                    + "another name, and escapes a blacklist of such names: prefer the jti."),
        ]),
    ]

    private static let texts: [Prose] = [
        .heading("Texts with placeholders"),
        """
        Keys, members and values are texts in which ${NAME} is replaced; braces without a dollar \
        sign stand for themselves. A variable is replaced by its value. A placeholder that has \
        nothing to be filled with, or nothing but emptiness, is an error before anything is \
        written: there is never a key that ends in null.
        """,
        .definitions([
            Definition("${id}", "The token's id."),
            Definition("${user}", "The user's id. The only one that keys of a user may have."),
            Definition("${token}", "The whole token."),
            Definition("${sig}", "Its third segment, the signature."),
            Definition("${iss} ${aud} ${iat}", "These claims; aud only if there is but one."),
            Definition(
                "${claim.NAME}",
                "Any claim; dots lead into objects. With the filter words first, as in "
                    + "${claim.scope|words}, an array of strings is sorted and joined by spaces."),
            Definition("${exp}", "The token's end in seconds. In values only."),
            Definition(
                "${now} ${now-60} ${now+60}",
                "Redis' clock in seconds, and so many more or less. In values only."),
            Definition("${reason}", "Why the token is revoked; may be empty. In values only."),
            Definition(
                "${entry}",
                "Reason, actor and time as jwtctl's own layout writes them. In values only."),
            Definition("${link}", "What the key in via holds. In the keys of links only."),
            Definition(
                "${any}", "Whatever stands there. In keys that are only looked for: of an index."),
        ]),
        "A filter follows a bar, and several follow each other: ${user|pct}, ${token|sha256}.",
        .definitions([
            Definition("words", "An array of strings as one text; see above."),
            Definition(
                "pct", "Percent-encodes every byte but A-Z a-z 0-9 . _ ~ @ + and -."),
            Definition("hex", "Hexadecimal digits."),
            Definition("b64url", "Base64url without padding."),
            Definition("sha256", "The hash in hexadecimal digits."),
            Definition("sha1", "The same with SHA-1, for applications that use it."),
            Definition("md5", "The same with MD5, for applications that use it."),
        ]),
        """
        What is filtered by anything but pct cannot be read back: such keys can be asked for, and \
        not listed. Two placeholders need a text between them.
        """,
        "key_codec and value_codec say how the whole text is written in the end:",
        .definitions([
            Definition("raw", "As it is. This holds unless another is said."),
            Definition("jdk", "As Java's ObjectOutputStream writes a string."),
            Definition("json", "As a JSON string, with its quotes."),
            Definition("php", "As PHP's serialize writes a string."),
        ]),
    ]

    private static let deny: [Prose] = [
        .heading("Stores: deny"),
        """
        Every store has a role, and most have a type. A role stands once (not_before twice: once \
        for users and once for everyone), and there has to be one of deny or allow. A token is \
        revoked if deny, not_before, version or user_ban says so; and where there is an allow, if \
        that does not know it.
        """,
        "deny holds what is revoked. Its key has to differ from token to token, or its member has.",
        .definitions([
            Definition(
                "string", "A key for each token, with value, value_codec and match."),
            Definition(
                "hash",
                "A key for each token that is a hash with fields; or, with list, a key for each "
                    + "user with the numbers of tokens in one field."),
            Definition("set", "A set for all; each revoked token is a member, for ever."),
            Definition("key, key_codec", "The key, and how it is written."),
            Definition("value, value_codec", "What a string holds."),
            Definition(
                "match",
                "When readers call the token revoked: exists (whatever the key holds), equals "
                    + "(exactly the value), php_valid_until (a PHP array whose valid_until has "
                    + "passed) or rails_entry (what Rails.cache takes for an entry of its own)."),
            Definition("fields", "An object: the hash's fields, and a text for each."),
            Definition(
                "also", "An object with set and member: a set that holds the token as well."),
            Definition(
                "list, number",
                "The field with the numbers, with commas between them, and what to put there."),
            Definition("member", "What a set holds for a token."),
            Definition(
                "ttl",
                "How long a key lives: remaining (as long as the token), remaining+60, max(exp, "
                    + "iat+N)+M (for tokens that can be refreshed until N seconds after their iat; "
                    + "M more) or none. Where it ends with the token it lives at least 60 seconds "
                    + "longer, since readers may grant leeway, and a life is never shortened."),
            Definition(
                "no_exp",
                "What is done with tokens that never end: refuse (the user has to say how long; "
                    + "this holds unless another is said), persist (the entry stays for ever) or "
                    + "fixed:SECONDS."),
        ]),
    ]

    private static let allow: [Prose] = [
        .heading("Stores: allow"),
        """
        allow holds what is alive. With the type string there is a key for each token; with zset a \
        sorted set for each user, which is described under index and is required here. An \
        application that keeps one token for each user has a key with ${user} alone, match equals, \
        and ${token} or ${id} as value: that key is deleted only while it holds the token that is \
        revoked, and restore is refused where it holds another.
        """,
        .definitions([
            Definition("key, key_codec", "The key of a token."),
            Definition(
                "match",
                "When readers call the token alive: exists, equals (it holds exactly value), or an "
                    + "array of texts, none of which it may hold."),
            Definition(
                "value",
                "What the application writes, if that can be known; with it, issue and restore can "
                    + "do the same."),
            Definition(
                "value_codec", "How the application writes values, those of match and rewrite too."),
            Definition(
                "on_revoke",
                "delete (this holds unless another is said), or {\"rewrite\": TEXT}, where the "
                    + "application tells ended sessions from unknown ones."),
            Definition("rewrite", "What is written in place of the value; the key keeps its life."),
            Definition("links", "An array of objects: keys that have to go with it, before it."),
            Definition(
                "look_again",
                "Seconds, at most 60, after which revoke looks again and removes what a request of "
                    + "the application has written back meanwhile."),
        ]),
        "Each of the links has:",
        .definitions([
            Definition("key", "The other key."),
            Definition(
                "remove",
                "key (deletes it; this holds unless another is said), value (takes the value of "
                    + "the token's own key out of it, a set or list) or same (deletes it if it holds "
                    + "the same value as the token's own key)."),
            Definition(
                "type", "string (this holds unless another is said), hash or set: what key deletes."
            ),
            Definition("via", "A key whose value is ${link}; without that value nothing is done."),
            Definition(
                "holding",
                "A text; same also deletes a key that holds a Java object with this text in it."),
            Definition(
                "search",
                "What the keys begin with that are looked through where key cannot be made or "
                    + "holds something else, or where there is no key. The token may only be called "
                    + "revoked once they were. With remove key it is the form of whole keys instead, "
                    + "with ${any} for what is not known, and those go that name the token."),
            Definition(
                "field", "With search: the field of a hash that goes too if it holds the id."),
        ]),
    ]

    private static let index: [Prose] = [
        .heading("Stores: index"),
        "index says how the tokens of a user are found: for list tokens, list users and logout-all.",
        .definitions([
            Definition(
                "zset",
                "A sorted set for each user. issue records there, and prune removes what is over."),
            Definition(
                "set", "A set for each user, whose members are the keys of the allow store."),
            Definition(
                "keys",
                "The keys of the allow store name the user; with key, they are read as this text. "
                    + "One that has ${id} in it may also be that of other keys."),
            Definition(
                "values",
                "The values of the allow store name the user: as a whole, or JSON at path."),
            Definition(
                "hashes",
                "Hashes whose keys name the user; field holds the id of a token. They go with it."),
            Definition(
                "tokens",
                "The ids are the tokens themselves, whose claims name the user. Nobody checks the "
                    + "signature of a token that the application keeps."),
            Definition("key", "The key of a user."),
            Definition("member", "What a sorted set holds for a token."),
            Definition("score", "exp_s (seconds; this holds unless another is said) or exp_ms."),
            Definition("details", "The key of a hash beside the sorted set, with iat and label."),
            Definition(
                "key_ttl",
                "When the set expires: none (this holds unless another is said), max_score (with "
                    + "its last member) or max_score+60."),
            Definition(
                "path",
                "Names with dots between them: for values, where the user stands, for keys, where "
                    + "the id has to stand for the key to be the application's."),
            Definition(
                "trace", "true if keys that are not those of the allow store go with the tokens."),
            Definition("also", "An array of other keys that name tokens, for tokens."),
            Definition(
                "objects",
                "A set or list of each user, for tokens, with what the keys of the allow store hold: "
                    + "for tokens that say nothing of themselves."),
            Definition(
                "kin",
                "An array of keys, for tokens, of another kind of token that goes with the user's "
                    + "logout: refresh tokens, say. The first is looked for, all are deleted."),
            Definition(
                "leaves",
                "What of a user's a logout can't reach, in words: it is then not complete."
            ),
            Definition("leaves_for", "A text: seconds after which that has expired."),
            Definition("field", "The name of a field."),
        ]),
    ]

    private static let others: [Prose] = [
        .heading("Stores: not_before, version, user_ban, audit, announce, variable"),
        .definitions([
            Definition(
                "not_before",
                "A time; tokens with an iat until then are revoked. It is only ever raised, by "
                    + "logout-all. It has the type string, or hash with a field."),
            Definition("unit", "s (this holds unless another is said) or ms."),
            Definition(
                "compare",
                "le if the application refuses iat <= time (this holds unless another is said), lt "
                    + "if it refuses iat < time: then one more is written, so that no token of the "
                    + "same second lives on."),
            Definition(
                "scope", "user (this holds unless another is said) or everyone: one for all."),
            Definition(
                "ttl", "The longest life of a token in seconds, after which the key may go."),
            Definition(
                "version",
                "A number under key; tokens whose number (a text, such as ${claim.ver}) is lower "
                    + "are revoked. logout-all adds one."),
            Definition(
                "user_ban",
                "While key exists, or while the set under key holds member, no token of the user "
                    + "is accepted."),
            Definition("audit", "A stream under key that gets an entry for each change."),
            Definition(
                "announce",
                "Revocations are published on the channel that channel names: the id of each token "
                    + "as it is, and user:USER or * for a logout."),
            Definition("channel", "The name of that channel."),
            Definition(
                "variable",
                "A key in which the application keeps what a variable, named by name, stands for: "
                    + "its value is taken from there where the key exists. A value that is given and "
                    + "differs from it is refused."),
            Definition("filter", "What makes the variable's value of the key's: sha1, say."),
            Definition(
                "changes",
                "revocations (this holds unless another is said), or all: every change is "
                    + "published, restore and renew too, with ids spelled as by the filter pct, and "
                    + "* for a bulk run. Only for listeners that look the state up: others would "
                    + "take a restored id for a revoked one."),
        ]),
    ]

    private static let example: [Prose] = [
        .heading("An example"),
        """
        Suppose that Acme's API has no preset. A look at its source tells: on logout it does SET \
        prod:acme:revoked:JTI yes EX SECONDS, and it refuses tokens for which that key holds yes. \
        At login it adds the jti to the sorted set prod:acme:sessions:USER, scored by the end in \
        milliseconds. "Sign out everywhere" writes the time to prod:acme:cutoff:USER, and what was \
        issued before is refused. The user is the claim data.uid, in old tokens sub. In a test \
        system everything begins with test instead of prod. So acme.json is:
        """,
        .literal([
            "{",
            "  \"name\": \"acme\",",
            "  \"doc\": \"Acme's API: blacklist by jti, sessions and a cutoff for each user\",",
            "  \"vars\": { \"env\": \"prod\" },",
            "  \"claims\": { \"id\": \"jti\", \"user\": [\"data.uid\", \"sub\"] },",
            "  \"stores\": [",
            "    { \"role\": \"deny\", \"type\": \"string\", \"key\": \"${env}:acme:revoked:${id}\",",
            "      \"value\": \"yes\", \"match\": \"equals\", \"ttl\": \"remaining\" },",
            "    { \"role\": \"index\", \"type\": \"zset\", \"key\": \"${env}:acme:sessions:${user}\",",
            "      \"member\": \"${id}\", \"score\": \"exp_ms\", \"key_ttl\": \"max_score\" },",
            "    { \"role\": \"not_before\", \"type\": \"string\", \"key\": \"${env}:acme:cutoff:${user}\",",
            "      \"unit\": \"s\", \"compare\": \"lt\" }",
            "  ]",
            "}",
        ]),
        """
        Read what jwtctl makes of it, then try it; "jwtctl demo" opens a shell with a Redis that \
        is thrown away afterwards.
        """,
        .literal([
            "jwtctl layout show ./acme.json",
            "export JWTCTL_LAYOUT=./acme.json",
            "TOKEN=$(jwtctl issue --sub alice --jti t1)",
            "jwtctl verify \"$TOKEN\"                           # active",
            "jwtctl revoke --reason trial \"$TOKEN\"",
            "redis-cli get prod:acme:revoked:t1               # yes",
            "jwtctl verify \"$TOKEN\"                           # revoked: status 6",
            "jwtctl restore --reason trial --yes \"$TOKEN\"",
            "jwtctl verify \"$TOKEN\"                           # active",
            "jwtctl list tokens alice",
            "jwtctl logout-all alice",
            "jwtctl verify \"$TOKEN\"                           # revoked: status 6",
            "jwtctl --layout-var env=test list tokens alice   # none there",
        ]),
        """
        Then revoke a token of the application itself and see that the application refuses it: \
        that is the only proof.
        """,
    ]

    private static let mistakes: [Prose] = [
        .heading("What is refused"),
        """
        Unknown members and words, placeholders where they have no meaning, missing members, rules \
        that are none; a variable or definition with the name of a placeholder; a deny key, an \
        allow key or a member that is the same for several tokens, since revoking one would revoke \
        the others; an id made of a claim that tokens share; an index whose keys lead to no token, \
        since a logout by it would end nothing and report success. Each error names the file, line and \
        column and the way to the place, such as stores[1].ttl.
        """,
    ]
}

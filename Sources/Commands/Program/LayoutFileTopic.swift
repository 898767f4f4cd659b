internal import CommandKit

/// The format of layout files: `help layout-file`, and the page jwtctl-layout(5). A test compares
/// the members and words with those that the layout reader accepts.
extension Topics {
    /// The complete topic.
    static let layoutFile = Topic(
        name: "layout-file", title: "LAYOUT FILES",
        summary: "Format of layout files.",
        body: overview + names + texts + denyStores + allowStores + indexStores + otherStores
            + example + mistakes,
        page: Topic.Page(name: "jwtctl-layout", section: 5),
        seeAlso: ["layout", "jwtctl(1)"])

    /// The purpose of the file, and its members. Whoever reads the page has an application that is
    /// none of the presets, so it begins with how to start from a similar one.
    private static let overview: [Prose] = [
        """
        A layout describes the keys in which an application stores its tokens, and jwtctl writes \
        what the application reads. It is one JSON object in a file of at most 256 KiB. Anything \
        that jwtctl does not know is an error, reported with line and column: a revocation under keys \
        that no service reads would have no effect.
        """,
        """
        Start from the preset that is most similar ("jwtctl layout list"), or from what "jwtctl \
        layout detect" finds, and save it in a file of your own:
        """,
        .literal(["jwtctl layout show blacklist-jti --json > acme.json"]),
        "A file is selected like a preset; a name with a dot or a slash is a file:",
        .literal(["jwtctl --layout ./acme.json verify \"$TOKEN\""]),
        .heading("Members of the file"),
        .terms(
            """
            name:: Name of the layout: a-z, 0-9 and -. Required.
            doc:: Description in one line.
            source:: Where the description was taken from.
            proof:: How the layout was tested: application (with the application on the same Redis),
                platform (against bytes that its platform wrote) or source (from its source code
                alone).
            on_outage:: What the application does with tokens while it cannot reach Redis: closed
                (it refuses them, fails or waits), open (it accepts them, revoked ones too) or
                unknown (the default). doctor warns about open.
            on_outage_source:: Where that was read, or which setting it depends on. Only with
                on_outage.
            notes:: An array of sentences for people.
            mistaken_for:: An object: the names of layouts in which the same keys mean the opposite,
                each with a text that says how to distinguish the two. Commands that delete such
                keys ask for confirmation (--yes), unless a profile has layout-check = off.
            extends:: Name of a preset that supplies the members that the file lacks, except source,
                proof, on_outage and on_outage_source. vars, define and claims are merged member by
                member; stores is taken as a whole.
            vars:: An object of variables and their values, which --layout-var NAME=VALUE overrides.
                A variable whose value is null must be given.
            define:: An object of texts with placeholders; each name becomes a placeholder itself.
            claims:: The claims that name tokens and users; see below.
            stores:: An array of objects, one for each kind of key. Required.
            """),
    ]

    /// The claims that name tokens and users.
    private static let names: [Prose] = [
        .heading("Names of tokens and users"),
        """
        The object claims has the members id and user. Each is the name of a claim, the path of a \
        nested claim (data.uid), or an array of these, of which the first that the token has is \
        used. A claim that is empty, longer than 8 KiB, or neither a string nor a whole number is \
        an error.
        """,
        .terms(
            """
            id:: Names the token. The default is ["jti", "$content"].
            user:: Names the user. The default is "sub".
            $content:: Instead of a claim: sha256: and the hash of header and payload as they were
                sent.
            $token:: Instead of a claim: the whole token. If the same token is encoded in another
                way, it has another name, and a blacklist of such names does not contain it: prefer
                the jti.
            """),
    ]

    /// Placeholders, filters and encodings, which `Template` reads. The native layout has `pct`, by
    /// which no id can be mistaken for another or contain the colons and braces of a key.
    private static let texts: [Prose] = [
        .heading("Texts with placeholders"),
        """
        Keys, members and values are texts in which ${NAME} is replaced; braces without a dollar \
        sign are literal. A variable is replaced by its value. A placeholder with no value, or an \
        empty one, is an error before anything is written: no key ever ends in null.
        """,
        .terms(
            """
            ${id}:: The token's id.
            ${user}:: The user's id: the only placeholder allowed in a user's keys.
            ${token}:: The whole token.
            ${sig}:: The token's third segment, the signature.
            ${iss} ${aud} ${iat}:: These claims; aud only if it has one value.
            ${claim.NAME}:: Any claim; dots lead into objects. With words as the first filter, as in
                ${claim.scope|words}, an array of strings is sorted and joined by spaces.
            ${exp}:: When the token expires, in seconds. In values only.
            ${now} ${now-60} ${now+60}:: Redis' clock in seconds, or that many seconds less or more.
                In values only.
            ${reason}:: Reason of the revocation; may be empty. In values only.
            ${entry}:: Reason, actor and time as the native layout writes them. In values only.
            ${link}:: The value of the key in via. In the keys of links only.
            ${any}:: Any text. Only in keys that are searched for, as those of an index.
            """),
        "Filters follow a bar, and can be chained: ${user|pct}, ${token|sha256}.",
        .terms(
            """
            words:: An array of strings as one text; see above.
            pct:: Percent-encodes every byte except A-Z a-z 0-9 . _ ~ @ + and -.
            hex:: Hexadecimal digits.
            b64url:: Base64url without padding.
            sha256:: The SHA-256 hash in hexadecimal digits.
            sha1:: The SHA-1 hash, for applications that use it.
            md5:: The MD5 hash, for applications that use it.
            """),
        """
        Only pct can be reversed: keys with another filter can be looked up, but not listed. Two \
        placeholders need a text between them.
        """,
        "key_codec and value_codec say how the complete text is encoded:",
        .terms(
            """
            raw:: Unchanged (the default).
            jdk:: As Java's ObjectOutputStream writes a string.
            json:: As a JSON string, with its quotes.
            php:: As PHP's serialize writes a string.
            """),
    ]

    /// A complete file and how to try it. A test runs its lines.
    private static let example: [Prose] = [
        .heading("An example"),
        """
        Suppose that there is no preset for Acme's API. Its source shows that it runs SET \
        prod:acme:revoked:JTI yes EX SECONDS on logout, and refuses tokens for which that key \
        holds yes. At login it adds the jti to the sorted set prod:acme:sessions:USER, with the \
        expiry in milliseconds as the score. "Sign out everywhere" writes the time to \
        prod:acme:cutoff:USER, and tokens issued before that time are refused. If it cannot reach \
        Redis, it answers 500. The user is the claim data.uid, in old tokens sub. In a test system \
        all keys begin with test instead of prod. This is acme.json:
        """,
        .literal([
            "{",
            "  \"name\": \"acme\",",
            "  \"doc\": \"Acme's API: blacklist by jti, sessions and a cutoff for each user\",",
            "  \"on_outage\": \"closed\",",
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
        Check how jwtctl reads it, then try it; "jwtctl demo" opens a shell with a temporary \
        Redis.
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
            "jwtctl --layout-var env=test list tokens alice   # no tokens",
        ]),
        """
        Then revoke a token that the application issued, and check that the application refuses \
        it: nothing else proves that the layout is right.
        """,
    ]

    /// The errors that the reader reports, before anything is sent: a layout that cannot work must
    /// not seem to revoke.
    private static let mistakes: [Prose] = [
        .heading("Errors"),
        """
        These are errors: unknown members and words, placeholders where they have no meaning, \
        missing members, invalid rules; a variable or definition with the name of a placeholder; \
        a deny key, an allow key or a member that is the same for several tokens, since revoking \
        one would revoke the others; an id made of a claim that tokens share; an index whose keys \
        lead to no token, since logout-all would revoke nothing and report success. Each error \
        gives the file, line and column, and the path of the member, such as stores[1].ttl.
        """,
    ]
}

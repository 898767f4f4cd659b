internal import CommandKit

/// The stores of a layout file by role, for `help layout-file`.
///
/// Each form and rule is there because an application stores its tokens like that. The comments
/// below name a preset for the rarer ones, and `jwtctl layout show NAME` shows it in use.
extension Topics {
    /// The blacklist.
    ///
    /// * A hash with `list` is that of `express-jwt-blacklist`, a set that of `kong-jwt-blacklist`,
    ///   and `spring-redishash` has `also`.
    /// * `php_valid_until` is for `laravel-tymon`, `rails_entry` for `rails-cache`.
    /// * `max(exp, iat+N)+M` is for `laravel-tymon`, whose tokens can be refreshed after they have
    ///   expired; `youlai` has `persist`, `jwt-redis-deny` has `fixed`.
    static let denyStores: [Prose] = [
        .heading("Stores: deny"),
        """
        Every store has a role, and most have a type. A role may appear once (not_before twice: \
        once for users and once for everyone). One of deny or allow is required. A token is \
        revoked if deny, not_before, version or user_ban says so; with an allow store, also if \
        that does not contain it.
        """,
        """
        deny is the blacklist: it contains the revoked tokens. Its key, or else its member, must \
        differ from token to token.
        """,
        .terms(
            """
            string:: One key for each token, with value, value_codec and match.
            hash:: One key for each token, a hash with fields; or, with list, one key for each user,
                with the numbers of tokens in one field.
            set:: One set for all tokens; each revoked token is a member of it for ever.
            key, key_codec:: The key, and how it is encoded.
            value, value_codec:: The value of a string, and how it is encoded.
            match:: When services treat the token as revoked: exists (whatever the key holds),
                equals (it holds exactly value), php_valid_until (it holds a PHP array whose
                valid_until has passed) or rails_entry (it holds what Rails.cache accepts as one of
                its entries).
            fields:: An object: the fields of the hash, and a text for each.
            also:: An object with set and member: a set that contains the token as well.
            list, number:: The field with the numbers, separated by commas, and the number of a
                token.
            member:: The member of the set for a token.
            ttl:: When a key expires: remaining (with the token), remaining+60 (60 seconds later),
                max(exp, iat+N)+M (for tokens that can be refreshed until N seconds after their iat;
                M seconds later) or none (never). A key that expires stays at least 60 seconds
                longer than its token, since services may allow leeway. A later expiry is never
                shortened.
            no_exp:: What to do with tokens that never expire: refuse (the default: the user must
                say how long), persist (the entry stays for ever) or fixed:SECONDS.
            """),
    ]

    /// The whitelist, with one key for each token.
    ///
    /// * `sa-token` marks ended sessions by values: `match` with an array, and `rewrite`.
    /// * `look_again` is for `spring-oauth2-redis` and `jeecg`, which may write a key back while it
    ///   is being removed.
    /// * `links` with `via` and `holding` are those of `spring-oauth2-redis`, whose token has keys
    ///   for its refresh token and for its user as well.
    static let allowStores: [Prose] = [
        .heading("Stores: allow"),
        """
        allow is the whitelist: it contains the tokens that are accepted. With type string there \
        is a key for each token. With type zset there is a sorted set for each user, described \
        under index; a token must be in it to be accepted.
        """,
        """
        If an application keeps one token for each user, the key has only ${user}, match is \
        equals, and value is ${token} or ${id}. Such a key is deleted only while it holds the \
        token to revoke, and restore is refused if it holds another.
        """,
        .terms(
            """
            key, key_codec:: The key of a token, and how it is encoded.
            match:: When services accept the token: exists (whatever the key holds), equals (it
                holds exactly value), or an array of texts, none of which it may hold.
            value:: The value that the application writes, if that can be known. With it, issue and
                restore can write it too.
            value_codec:: How the application encodes values, also those of match and rewrite.
            on_revoke:: delete (the default), or {"rewrite": TEXT} if the application distinguishes
                ended sessions from unknown ones.
            rewrite:: The new value; the key keeps its expiry.
            links:: An array of objects: other keys to remove with the token's key, before it.
            look_again:: Seconds, at most 60, after which revoke checks again and removes what a
                request to the application has written back meanwhile.
            """),
        "Each of the links has:",
        .terms(
            """
            key:: The other key.
            remove:: key (the default: delete it), value (remove the value of the token's own key
                from it, a set or list) or same (delete it if it holds the same value as the token's
                own key).
            type:: The type of the key that remove key deletes: string (the default), hash or set.
            via:: A key whose value is ${link}. If it has no value, nothing is done.
            holding:: A text. With remove same, a key that holds a Java object with this text is
                deleted too.
            search:: With remove same: the prefix of the keys to search if key is not given, cannot
                be made or holds something else. The token counts as revoked only after this search.
                With remove key: the form of whole keys instead, with ${any} for unknown parts; keys
                that name the token are deleted.
            field:: With search: a hash is deleted too if this field holds the id.
            """),
    ]

    /// The ways to find the tokens of a user. Each is a file of `Layouts/Index`.
    ///
    /// * `user-zset` has a sorted set, `guardian-redis` a set, `eladmin` users in the names of
    ///   keys, `ruoyi` in values, `jwt-sessions` in hashes, and `jeecg` in the tokens themselves.
    /// * `trace` is for `pig` and `zlt`; `objects` and `kin` are for `spring-oauth2-redis`. With
    ///   `leaves`, `go-access-uuid` admits that replaced access tokens stay valid.
    static let indexStores: [Prose] = [
        .heading("Stores: index"),
        """
        index says how to find the tokens of a user, for list tokens, list users and logout-all. \
        The types are:
        """,
        .terms(
            """
            zset:: A sorted set for each user: the token list. issue adds to it, and prune removes
                expired tokens. With allow keys it needs a deny store, too.
            set:: A set for each user, whose members are the keys of the allow store.
            keys:: The keys of the allow store name the user; key, if given, is their form. If it
                contains ${id}, it may also be the form of other keys.
            values:: The values of the allow store name the user: the whole value, or JSON at path.
            hashes:: Hashes whose keys name the user; field holds the id of a token. A hash is
                removed with its token.
            tokens:: The ids are the tokens themselves, and their claims name the user. jwtctl does
                not check the signatures of the tokens that an application keeps.
            """),
        "The members are:",
        .terms(
            """
            key:: The key of a user.
            member:: The member of a sorted set for a token.
            score:: exp_s (exp in seconds, the default) or exp_ms (milliseconds).
            details:: For a zset: the key of a hash with the iat and label of each token.
            key_ttl:: When the set expires: none (never, the default), max_score (with its last
                member) or max_score+60 (60 seconds later).
            path:: Names separated by dots. For values: where the JSON has the user. For keys: where
                the JSON must have the id; other keys are not the application's.
            trace:: For keys: true if these keys, where they are not those of the allow store, are
                removed with the tokens.
            also:: For tokens: an array of other keys that name tokens.
            objects:: For tokens: a set or list for each user, with the values of the keys of the
                allow store. It finds opaque tokens.
            kin:: For tokens: an array of keys of another kind of token, such as refresh tokens,
                which logout-all removes too. jwtctl searches for the first and deletes all.
            leaves:: What logout-all cannot reach, in words. The logout is then not complete.
            leaves_for:: A text: the seconds after which that has expired.
            field:: The name of a field.
            """),
    ]

    /// Cutoffs, versions, bans, the audit log, announcements and kept variables.
    ///
    /// `jwt-redis-deny` compares cutoffs with `lt`, `express-jwt-blacklist` keeps them in a hash,
    /// `kong-jwt-blacklist` bans users, and `laravel-tymon` keeps a variable. No preset has a
    /// version.
    static let otherStores: [Prose] = [
        .heading("Stores: not_before, version, user_ban, audit, announce, variable"),
        .terms(
            """
            not_before:: A cutoff: tokens with an iat at or before it are revoked. Only logout-all
                changes it, and never lowers it. Its type is string, or hash with a field.
            unit:: s (seconds, the default) or ms (milliseconds).
            compare:: le if the application refuses iat <= time (the default), lt if it refuses iat
                < time. With lt, one more is written: this revokes tokens of the same second too.
            scope:: user (the default) or everyone (one cutoff for all users).
            ttl:: The longest lifetime of a token in seconds; the key may expire after it.
            version:: A number in key. Tokens whose number (a text, such as ${claim.ver}) is lower
                are revoked. logout-all adds one.
            user_ban:: While key exists, or while the set in key contains member, no token of the
                user is accepted.
            audit:: A stream in key that gets an entry for each change.
            announce:: Revocations are published on a channel: the id of each token as it is, and
                user:USER or * for a logout.
            channel:: The name of that channel.
            variable:: A key in which the application keeps the value of a variable; name is the
                variable's name. If the key exists, its value is used, and giving a different one is
                refused.
            filter:: The filter that turns the key's value into the variable's, such as sha1.
            changes:: revocations (the default) or all: every change is published, restore and renew
                too, with ids encoded as by the filter pct, and * for a bulk run. Use all only if
                listeners look up the state: others would treat a restored id as revoked.
            """),
    ]
}

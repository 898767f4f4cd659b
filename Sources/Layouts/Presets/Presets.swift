/// The layouts that come with the program: nothing but data.
package enum Presets {
    /// All names, the native one first, then in the order in which they are listed.
    package static var names: [String] { all.map(\.name) }

    package static let native = "native"

    static func text(_ name: String) -> [UInt8]? {
        all.first { $0.name == name }.map { Array($0.text.utf8) }
    }

    private static let all: [(name: String, text: String)] =
        [(native, nativeText)] + blacklists + whitelists + sessions

    private static let nativeText = """
        {
          "name": "native",
          "doc": "jwtctl's own layout: blacklist by jti, token list and cutoff for each user",
          "proof": "application",
          "vars": { "ns": "jwt" },
          "claims": { "id": ["jti", "$content"], "user": "sub" },
          "stores": [
            { "role": "deny", "type": "string", "key": "${ns}:deny:${id|pct}",
              "value": "${entry}", "match": "exists", "ttl": "remaining+60" },
            { "role": "index", "type": "zset", "key": "${ns}:{${user|pct}}:tokens",
              "member": "${id}", "score": "exp_s", "key_ttl": "max_score+60",
              "details": "${ns}:{${user|pct}}:meta" },
            { "role": "not_before", "type": "string", "key": "${ns}:{${user|pct}}:cutoff",
              "unit": "s", "compare": "le" },
            { "role": "not_before", "type": "string", "scope": "everyone", "key": "${ns}:cutoff",
              "unit": "s", "compare": "le" },
            { "role": "audit", "key": "${ns}:audit" },
            { "role": "announce", "channel": "${ns}:revoked", "changes": "all" }
          ]
        }
        """
}

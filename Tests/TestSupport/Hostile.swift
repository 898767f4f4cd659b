/// Ids that other programs have mistaken for patterns, keys, commands or paths.
package enum Hostile {
    package static let ids: [[UInt8]] =
        [
            "a\0b", "a", "j\r\nDEL jwt:deny:a\r\n", "{a}b", "a}b", "{", "{}", "{{a}}", "}x{y", "}x",
            "*", "?", "[a-z]", "\\", "\\*", "%", "%41", "A", "%2A", "a:b", "deny:a", "bob", "bobby",
            "bob*", "b?b", "\u{e9}", "e\u{301}", "\u{202e}txt", "\u{1f600}",
            #""]]..redis.call("FLUSHALL")..[[""#, "'); redis.call('FLUSHALL') --", "-1", "+inf",
            " ", "cutoff", "tokens", "\u{1b}[31m",
        ].map { Array($0.utf8) } + [[UInt8](repeating: UInt8(ascii: "{"), count: 8192)]
}

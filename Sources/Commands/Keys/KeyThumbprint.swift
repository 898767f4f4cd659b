internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform

struct KeyReadOptions: CommandOptions {
    var global = GlobalOptions()
    var input = KeyFileOptions()
}

let keyThumbprintCommand = Command(
    name: "thumbprint", summary: "Print the JWK thumbprint of a key.",
    discussion: [
        """
        Prints the thumbprint of RFC 7638 with SHA-256: the same for both halves of a pair and in \
        whatever form the key is. It is what jwtctl writes as kid where nobody gives another. Of a \
        JWKS there is a line for each key.
        """,
        """
        The thumbprint of an HMAC secret lets everybody who sees it check guesses of the secret: \
        show it to nobody unless the secret is random.
        """,
    ],
    defaults: KeyReadOptions(),
    options: [
        .group(KeyFileOptions.group, at: \.input), .group(GlobalOptions.group, at: \.global),
    ],
    operands: [KeyFileOptions.operand(at: \.input)],
    examples: [
        Example(command: "jwtctl key thumbprint public.pem", summary: "The key's kid."),
        Example(
            command:
                "jwtctl issue --no-record --key private.pem --header \"kid=$(jwtctl key thumbprint private.pem)\"",
            summary: "A token that names its key."),
    ],
    exitStatuses: ExitStatus.docs(.failure), seeAlso: ["issue", "keys"],
    check: { options throws(UsageError) in try options.input.check() },
    run: { options, system in
        let console = Console(options.global, system: system)
        let keys = try options.input.load(console)
        let thumbprints = try keys.keys.map { ($0, try $0.thumbprint()) }
        var list = KeyResults(console, isSet: keys.isSet)
        for (key, thumbprint) in thumbprints {
            try list.append(
                [
                    "thumbprint": .string(thumbprint),
                    "kid": key.keyID.map { .string($0) } ?? .null,
                ], id: thumbprint.text
            ) { thumbprint.text + "\n" }
        }
        try list.finish()
        return .success
    })

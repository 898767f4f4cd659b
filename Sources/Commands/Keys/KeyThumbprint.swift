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
        Prints the RFC 7638 thumbprint with SHA-256. It is the same for both halves of a key pair \
        and in every format. jwtctl writes it as kid unless another kid is given. For a JWKS, \
        prints one line for each key.
        """,
        """
        Anyone who sees the thumbprint of an HMAC secret can use it to check guesses of the \
        secret: do not publish it unless the secret is random.
        """,
    ],
    defaults: KeyReadOptions(),
    options: [
        .group(KeyFileOptions.group, at: \.input), .group(GlobalOptions.group, at: \.global),
    ],
    operands: [KeyFileOptions.operand(at: \.input)],
    examples: [
        Example(
            command: "jwtctl key thumbprint public.pem", summary: "Print a key's thumbprint.",
            output: ["TZ6WeG-WD9RxJ4Hi64tMJRsIhOMu2Ed8dt1Bf771zvA"]),
        Example(
            command:
                "jwtctl issue --no-record --key private.pem --header \"kid=$(jwtctl key thumbprint private.pem)\"",
            summary: "Issue a token with the thumbprint as its kid."),
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

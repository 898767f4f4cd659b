internal import CommandKit
internal import JOSE
internal import Platform

struct KeyConversionOptions: CommandOptions {
    var global = GlobalOptions()
    var input = KeyFileOptions()
    var output = KeyOutputOptions()

    static let options: [Option<KeyConversionOptions>] = [
        .group(KeyFileOptions.group, at: \.input),
        .group(KeyOutputOptions.conversionGroup, at: \.output),
        .group(GlobalOptions.group, at: \.global),
    ]
}

let keyPublicCommand = Command(
    name: "public", summary: "Write the public half of a key.",
    discussion: [
        """
        Writes the public half of a private key, the key of a certificate, or the public half of \
        every key of a JWKS. The format is that of FILE (PEM for a certificate) unless --format is \
        given. A secret has no public half, and a set that contains one is refused.
        """
    ],
    defaults: KeyConversionOptions(), options: KeyConversionOptions.options,
    operands: [KeyFileOptions.operand(at: \.input)],
    examples: [
        Example(
            command: "jwtctl key public private.pem", summary: "Print the public half.",
            output: [
                "-----BEGIN PUBLIC KEY-----",
                "MCowBQYDK2VwAyEAzEjolDm07BcaOGzTattu439AyGBISjAsAUMePcKHUa4=",
                "-----END PUBLIC KEY-----",
            ]),
        Example(
            command: "jwtctl key public --format jwks private.pem > jwks.json",
            summary: "A JWKS to publish."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .refused),
    seeAlso: ["keys"],
    check: { options throws(UsageError) in try options.input.check() },
    run: { options, system in
        let console = Console(options.global, system: system)
        let keys = try options.input.loadSound(console)
        let halves = try keys.keys.map { key in
            guard let half = try key.publicHalf() else {
                throw Failure(.failure, "key", "an HMAC secret has no public half")
            }
            return half
        }
        try options.output.write(halves, as: keys.encoding, console)
        return .success
    })

internal import CommandKit
internal import JOSE
internal import Platform

/// Options of `key public` and `key convert`, which both read a key and write another one.
struct KeyConversionOptions: CommandOptions {
    var global = GlobalOptions()
    var input = KeyFileOptions()
    var output = KeyOutputOptions()

    /// The options of both commands, in the order of help.
    static let options: [Option<KeyConversionOptions>] = [
        .group(KeyFileOptions.group, at: \.input),
        .group(KeyOutputOptions.conversionGroup, at: \.output),
        .group(GlobalOptions.group, at: \.global),
    ]
}

/// `key public`: the key to give to services that verify tokens.
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
        // One secret in the set fails all of it: a set to publish must be complete.
        let halves = try keys.keys.map { key in
            guard let half = try key.publicHalf() else {
                throw Failure(.failure, "key", "an HMAC secret has no public half")
            }
            return half
        }
        try options.output.write(halves, as: keys.encoding, console)
        return .success
    })

/// `key convert`: the same key in another format.
let keyConvertCommand = Command(
    name: "convert", summary: "Convert a key to another format.",
    discussion: [
        """
        A private key stays private: the output can do everything that FILE can. PEM and DER hold \
        one key, without kid and alg; --select picks one key of a JWKS. JWK members that jwtctl \
        does not know are dropped.
        """
    ],
    defaults: KeyConversionOptions(), options: KeyConversionOptions.options,
    operands: [KeyFileOptions.operand(at: \.input)],
    examples: [
        Example(
            command: "jwtctl key convert --format jwk --out key.jwk private.pem",
            summary: "Convert PEM to a JWK."),
        Example(
            command: "jwtctl key convert --format der --out key.der public.pem",
            summary: "Convert PEM to DER.",
            output: ["jwtctl: public key written to 'key.der'"]),
        Example(
            command: "jwtctl key convert --format jwk --secret secret.txt --out secret.jwk",
            summary: "Write an HMAC secret as a JWK."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .refused),
    seeAlso: ["keys"],
    check: { options throws(UsageError) in
        try options.input.check()
        if options.output.encoding == nil { throw .missingOption("--format FORM") }
    },
    run: { options, system in
        let console = Console(options.global, system: system)
        let keys = try options.input.loadSound(console)
        try options.output.write(keys.keys, as: .pem, console)
        return .success
    })

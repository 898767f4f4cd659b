internal import CommandKit
internal import JOSE
internal import Platform

/// Options of `key generate`. The algorithm is required, which `check` enforces.
struct KeyGenerateOptions: CommandOptions {
    var global = GlobalOptions()
    /// The algorithm, which decides the type of the key, its curve or its size.
    var algorithm: Algorithm?
    /// The size of an RSA key; nil for the size that fits the algorithm's hash.
    var bits: Int?
    /// The format and the file of the new key.
    var output = KeyOutputOptions()
}

/// `key generate`: a new key for one algorithm, from OpenSSL's random generator. It prints the key
/// itself only if no file is given.
let keyGenerateCommand = Command(
    name: "generate", summary: "Generate a new key.",
    discussion: [
        """
        Generates a private key for one algorithm: an RSA key of 2048, 3072 or 4096 bits, \
        depending on the hash; a key on the algorithm's curve, which is Ed25519 for EdDSA; or for \
        HMAC a random secret as long as the hash. A key is written as PKCS#8 in PEM, a secret as a \
        JWK. A JWK contains alg, use and, except for a secret, its RFC 7638 thumbprint as kid.
        """,
        """
        With --out, the key is written to a new file that only its owner can read. Existing files \
        are never overwritten.
        """,
    ],
    defaults: KeyGenerateOptions(),
    options: [
        .choice(
            "alg", short: "a", metavar: "ALG", summary: "Algorithm of the key.",
            into: \.algorithm),
        .value(
            "bits", metavar: "N", summary: "Size of an RSA key, from 2048 to 8192 bits.",
            into: \.bits
        ) { text throws(InvalidValue) in
            Int(
                try Count.parse(
                    text, in: 2048...8192, expected: "a size from 2048 to 8192, such as 3072"))
        },
        .group(KeyOutputOptions.group, at: \.output), .group(GlobalOptions.group, at: \.global),
    ],
    examples: [
        Example(
            command: "jwtctl key generate --alg ES256 --out key.pem",
            summary: "Generate an ES256 key in PEM.",
            output: ["jwtctl: private key written to 'key.pem'"]),
        Example(
            command: "jwtctl key generate --alg EdDSA --format jwk --out key.jwk",
            summary: "An Ed25519 key as a JWK with its thumbprint as kid."),
        Example(
            command: "jwtctl key generate --alg HS256 --out secret.jwk",
            summary: "A random 256-bit HMAC secret."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .refused),
    seeAlso: ["issue", "keys"],
    check: { options throws(UsageError) in
        guard let algorithm = options.algorithm else { throw .missingOption("--alg ALG") }
        if options.bits != nil, !algorithm.isRSA {
            throw .other("'--bits' is only for RSA; keys for \(algorithm) have a fixed size")
        }
    },
    run: { options, system in
        guard let algorithm = options.algorithm else { preconditionFailure() }
        let key = try Key.generate(for: algorithm, bits: options.bits)
        try options.output.write(
            [key], as: key.isSecret ? .jwk : .pem, Console(options.global, system: system))
        return .success
    })

/// Options of `key public` and `key convert`, which both read a key and write another one.
struct KeyConversionOptions: CommandOptions {
    var global = GlobalOptions()
    /// The key or the set to read.
    var input = KeyFileOptions()
    /// The format and the file of the result.
    var output = KeyOutputOptions()

    /// The options of both commands, in the order of help.
    static let options: [Option<KeyConversionOptions>] = [
        .group(KeyFileOptions.group, at: \.input),
        .group(KeyOutputOptions.conversionGroup, at: \.output),
        .group(GlobalOptions.group, at: \.global),
    ]
}

/// `key public`: the key to give to services that verify tokens. Members that restrict a key are
/// kept, where the permission to sign becomes that to verify.
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

/// `key convert`: the same key in another format, which `check` requires.
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

internal import CommandKit
internal import JOSE
internal import Platform

/// Options of `key generate`. The algorithm is required, which `check` enforces.
struct KeyGenerateOptions: CommandOptions {
    var global = GlobalOptions()
    var algorithm: Algorithm?
    /// The size of an RSA key; nil for the size that fits the algorithm's hash.
    var bits: Int?
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

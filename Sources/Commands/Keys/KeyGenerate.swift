internal import CommandKit
internal import JOSE
internal import Platform

struct KeyGenerateOptions: CommandOptions {
    var global = GlobalOptions()
    var algorithm: Algorithm?
    var bits: Int?
    var output = KeyOutputOptions()
}

let keyGenerateCommand = Command(
    name: "generate", summary: "Make a new key.",
    discussion: [
        """
        Makes a private key for one algorithm: RSA of 2048, 3072 or 4096 bits for the three hashes, \
        the curve that the algorithm names, Ed25519 for EdDSA, or for HMAC a random secret as long \
        as the hash. It is written as PKCS#8 in PEM, a secret as a JWK. In a JWK stand alg, use and, \
        as kid, the thumbprint of RFC 7638.
        """,
        """
        With --out the file is new, and nobody else can read it. A file that exists is never \
        overwritten.
        """,
    ],
    defaults: KeyGenerateOptions(),
    options: [
        .choice(
            "alg", short: "a", metavar: "ALG", summary: "The algorithm that it is for.",
            into: \.algorithm),
        .value(
            "bits", metavar: "N", summary: "The size of an RSA key, from 2048 to 8192.",
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
            summary: "A key for ES256, in PEM."),
        Example(
            command: "jwtctl key generate --alg EdDSA --format jwk --out key.jwk",
            summary: "An Ed25519 key as a JWK whose kid is its thumbprint."),
        Example(
            command: "jwtctl key generate --alg HS256 --out secret.jwk",
            summary: "An HMAC secret of 256 random bits."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .refused),
    seeAlso: ["issue", "keys"],
    check: { options throws(UsageError) in
        guard let algorithm = options.algorithm else { throw .missingOption("--alg ALG") }
        if options.bits != nil, !algorithm.isRSA {
            throw .other("'--bits' is for RSA; \(algorithm) settles the size of its keys")
        }
    },
    run: { options, system in
        guard let algorithm = options.algorithm else { preconditionFailure() }
        let key = try Key.generate(for: algorithm, bits: options.bits)
        try options.output.write(
            [key], as: key.isSecret ? .jwk : .pem, Console(options.global, system: system))
        return .success
    })

internal import CommandKit
internal import JOSE
internal import Platform

let keyConvertCommand = Command(
    name: "convert", summary: "Write a key in another form.",
    discussion: [
        """
        Private keys stay private: what comes out can do what FILE could. PEM and DER hold one key \
        and neither kid nor alg; --select takes one key out of a JWKS. JWK members that jwtctl does \
        not know are not carried over.
        """
    ],
    defaults: KeyConversionOptions(), options: KeyConversionOptions.options,
    operands: [KeyFileOptions.operand(at: \.input)],
    examples: [
        Example(
            command: "jwtctl key convert --format jwk --out key.jwk private.pem",
            summary: "From PEM to a JWK."),
        Example(
            command: "jwtctl key convert --format der --out key.der public.pem",
            summary: "From PEM to DER."),
        Example(
            command: "jwtctl key convert --format jwk --secret secret.txt --out secret.jwk",
            summary: "An HMAC secret as a JWK."),
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

internal import CommandKit
internal import JOSE
internal import Platform

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

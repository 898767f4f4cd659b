internal import CommandKit
internal import Glibc
internal import JOSE
internal import JSON
internal import Platform

/// The key that a `key` command reads: from a file, or an HMAC secret from `--secret`.
struct KeyFileOptions: Sendable {
    /// The operand FILE. `check` makes sure that either this or `secret` is given.
    var file: Source?
    /// The source of an HMAC secret; never the secret itself.
    var secret: Source?
    /// The encoding in which the secret's bytes are written there.
    var secretEncoding = SecretEncoding.text
    /// The source of the passphrase of an encrypted PKCS#8 key.
    var passphrase: Source?
    /// The `kid` of the one key that `--select` chooses from a JWKS; nil for all keys.
    var selected: String?

    /// The options that choose the input key.
    static let group = OptionGroup(
        title: "Input key", defaults: KeyFileOptions(),
        options: [
            .text(
                "select", metavar: "KID", summary: "Use only the key with this kid (JWKS).",
                into: \.selected),
            .source(
                "secret", short: "s", summary: "HMAC secret, instead of FILE.", into: \.secret),
            .choice(
                "secret-encoding", metavar: "ENCODING", summary: "Encoding of the secret.",
                into: \.secretEncoding),
            KeyOptions.passphraseOption(into: \.passphrase),
        ])

    /// The operand FILE. `path` leads to these options within those of the command.
    static func operand<Options>(
        at path: @autoclosure @escaping PropertyPath<Options, KeyFileOptions>
    ) -> Operand<Options> {
        .raw(
            "FILE", .optional, summary: "The key: a path, env:NAME, fd:N, or - for standard input."
        ) { options, bytes throws(InvalidValue) in
            options[keyPath: path()].file = try Source(bytes)
        }
        .completing(.file)
    }

    /// Refuses two sources, and none.
    func check() throws(UsageError) {
        if file != nil, secret != nil { throw .conflicting("FILE", "--secret") }
        if file == nil, secret == nil { throw .missingOperand("FILE") }
    }

    /// The keys from the source, one or more. If `--select` names none of them, that is an error.
    func load(_ console: Console) throws -> KeySet {
        let loader = KeyLoader(passphrase: passphrase, encoding: secretEncoding, console: console)
        let keys: KeySet
        if let secret {
            keys = try loader.secret(secret)
        } else {
            guard let file else { preconditionFailure("checked while parsing") }
            // The hint of a URL shows this command with the output of curl as its operand.
            let role = SourceRole("key", option: "jwtctl key show", origin: "FILE")
            keys = try loader.key(file, role)
        }
        guard let selected else { return keys }
        guard let chosen = keys.selecting(JSONString(selected)) else {
            throw Failure(
                .failure, "key", "no key has the kid '\(VisibleText.escape(selected, columns: 60))'"
            )
        }
        return chosen
    }

    /// The keys, for writing them again. A key pair whose halves do not match is refused, because
    /// the error would only show up later, in a service that uses the key.
    func loadSound(_ console: Console) throws -> KeySet {
        let keys = try load(console)
        for key in keys.keys where key.hasPrivateHalf {
            guard try key.halvesMatch() else { throw SigningError.selfCheckFailed }
        }
        return keys
    }
}

extension KeySet {
    /// Whether the result is an object or an array: a set is printed as an array even if it has one
    /// key, so that scripts need not distinguish the two.
    var extent: ResultExtent { isSet ? .many : .one }
}

/// How and where a `key` command writes keys.
struct KeyOutputOptions: Sendable {
    /// The format; nil for the command's usual one.
    var encoding: KeyEncoding?
    /// The path of a new file; nil and `-` mean standard output.
    var file: [UInt8]?
    /// The `kid` that the key gets in a JWK; nil for its thumbprint.
    var keyID: String?
    /// The only algorithm that the written JWK allows (`alg`); nil for no restriction.
    var algorithm: Algorithm?

    /// The options that every command with a key as output has.
    private static let options: [Option<KeyOutputOptions>] = [
        .choice(
            "format", short: "f", metavar: "FORM", summary: "Format to write the key in.",
            into: \.encoding),
        .path(
            "out", metavar: "FILE",
            summary: "Write to a new file (mode 0600 for private keys).",
            into: \.file),
        .text("kid", metavar: "KID", summary: "Key id (kid) in a JWK.", into: \.keyID)
            .showingDefault("its thumbprint"),
    ]

    /// The options for keys that are made for one algorithm from the start, so without `--alg`.
    static let group = OptionGroup(
        title: "Output", defaults: KeyOutputOptions(), options: options)

    /// The options for keys that exist already and may be restricted to an algorithm.
    static let conversionGroup = OptionGroup(
        title: "Output", defaults: KeyOutputOptions(),
        options: options + [
            .choice(
                "alg", short: "a", metavar: "ALG", summary: "Restrict a JWK to this algorithm.",
                into: \.algorithm)
        ])

    /// Writes `keys` in the format `usual`, or in the one that the user asked for, and notes what
    /// was written. The encoded keys are in `SecretBytes`, which are wiped when they are released.
    func write(_ keys: [Key], as usual: KeyEncoding, _ console: Console) throws {
        let encoding = encoding ?? usual
        let keys = try keys.map { try prepared($0, as: encoding, isOnly: keys.count == 1) }
        let content = try KeyWriter.encode(keys, as: encoding)
        let isPrivate = keys.contains { $0.isSecret || $0.hasPrivateHalf }
        if let file, file != [UInt8(ascii: "-")] {
            let name = "'\(VisibleText.escape(file))'"
            try Self.create(file, content, isPrivate: isPrivate, name: name)
            let object = try result(keys, encoding, ["file": .string(VisibleText.escape(file))])
            try console.result(object) { "" }
            try console.note("\(isPrivate ? "private" : "public") key written to \(name)")
        } else {
            try print(content, keys, encoding, console)
        }
    }

    /// The key with the `kid` and the algorithm that the user asked for.
    ///
    /// A key that is too weak for the algorithm is accepted: its strength is judged when it is
    /// used. Without `--kid`, a key in a JWK gets its thumbprint as `kid`.
    private func prepared(_ key: Key, as encoding: KeyEncoding, isOnly: Bool) throws -> Key {
        var key = key
        if let algorithm {
            // The use is verification even for a private key: both halves must fit the algorithm.
            if let refusal = key.refusal(for: algorithm, to: .verify, allowWeak: true) {
                throw Failure(
                    .usage, "usage",
                    "the key cannot be used with \(algorithm): "
                        + VisibleText.escape(refusal.description))
            }
            key = try key.restricted(to: algorithm)
        }
        if let keyID {
            guard isOnly else {
                throw Failure(.usage, "usage", "'--kid' is for one key, but there are several")
            }
            return try key.named(JSONString(keyID))
        }
        // The thumbprint of a secret would let others check their guesses of it.
        guard key.keyID == nil, !key.isSecret, encoding == .jwk || encoding == .jwks else {
            return key
        }
        return try key.named(try key.thumbprint())
    }

    /// Creates the file with the complete key in it, or no file at all. It has mode 0600 from the
    /// beginning and is only opened to others if the key is public. The data is flushed to disk,
    /// because the source may be deleted right after a conversion.
    private static func create(
        _ path: [UInt8], _ content: SecretBytes, isPrivate: Bool, name: String
    ) throws {
        do {
            let file = try Descriptor.createNew(path)
            do {
                // The mode does not depend on the mask: a public key is meant to be read by others.
                if !isPrivate { try file.setMode(0o644) }
                let stream = OutputStream(borrowing: file.number)
                try unsafe content.withBytes { unsafe try stream.write($0) }
                try stream.flush()
                try file.synchronize()
            } catch {
                // An incomplete key file must not stay behind. The first error is the one to
                // report.
                let terminated = path.map { CChar(bitPattern: $0) } + [0]
                _ = unsafe unlink(terminated)
                throw error
            }
        } catch let error as SystemError where error.code == EEXIST {
            throw Failure(
                .refused, "exists", "\(name) already exists",
                hint: "key files are never overwritten; choose another name or move it away")
        } catch let error as SystemError {
            throw Failure(.failure, "output", "cannot write \(name): \(error.message)")
        } catch let error as OutputError {
            throw Failure(.failure, "output", "cannot write \(name): \(error.cause.message)")
        }
    }

    /// Prints the key itself, or as a member of the JSON result, where DER is in base64. That text
    /// is an ordinary string, which is not wiped: it is what the user asked to see.
    private func print(
        _ content: SecretBytes, _ keys: [Key], _ encoding: KeyEncoding, _ console: Console
    ) throws {
        guard console.isForPerson else {
            let text = unsafe content.withBytes { bytes in
                encoding == .der
                    ? String(decoding: Base64.standard.encode(unsafe Array(bytes)), as: UTF8.self)
                    : unsafe String(decoding: bytes, as: UTF8.self)
            }
            return try console.result(try result(keys, encoding, ["key": .string(text)])) { "" }
        }
        // DER is binary, and a terminal would interpret some of its bytes.
        if encoding == .der, console.system.output.isTerminal {
            throw Failure(
                .refused, "refused", "refusing to write DER to a terminal",
                hint: "write it to a file with --out, or choose --format pem")
        }
        try unsafe content.withBytes { unsafe try console.system.output.write($0) }
    }

    /// The JSON result: the facts about a single key, and the members of `rest`. For a set, `kid`
    /// and `thumbprint` are null.
    private func result(
        _ keys: [Key], _ encoding: KeyEncoding, _ rest: JSONObject
    ) throws -> JSONObject {
        let only = keys.count == 1 ? keys[0] : nil
        var object: JSONObject = [
            "format": .string(encoding.rawValue),
            "kid": only?.keyID.map { .string($0) } ?? .null,
            "thumbprint": try only.map { .string(try $0.thumbprint()) } ?? .null,
        ]
        for member in rest.members { object.set(member.name, member.value) }
        return object
    }
}

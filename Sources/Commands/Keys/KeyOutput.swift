internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform
internal import Glibc

/// How and where the commands of `key` write keys.
struct KeyOutputOptions: Sendable {
    var encoding: KeyEncoding?
    var file: [UInt8]?
    /// The name that the key gets in a JWK.
    var keyID: String?
    var algorithm: Algorithm?

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

    static let group = OptionGroup(
        title: "Output", defaults: KeyOutputOptions(), options: options)

    /// For keys that are not made for one algorithm from the start.
    static let conversionGroup = OptionGroup(
        title: "Output", defaults: KeyOutputOptions(),
        options: options + [
            .choice(
                "alg", short: "a", metavar: "ALG", summary: "Restrict a JWK to this algorithm.",
                into: \.algorithm)
        ])

    /// Writes `keys` as `encoding`, or as the user asked, and says what was done.
    func write(_ keys: [Key], as usual: KeyEncoding, _ console: Console) throws {
        let encoding = encoding ?? usual
        let keys = try keys.map { try prepared($0, as: encoding, isOnly: keys.count == 1) }
        let content = try KeyWriter.encode(keys, as: encoding)
        let isPrivate = keys.contains { $0.isSecret || $0.hasPrivateHalf }
        if let file, file != [UInt8(ascii: "-")] {
            let name = "'\(VisibleText.escape(file))'"
            try Self.create(file, content, isPrivate: isPrivate, name: name)
            try console.result(
                try result(keys, encoding, ["file": .string(VisibleText.escape(file))])
            ) {
                ""
            }
            try console.note("\(isPrivate ? "private" : "public") key written to \(name)")
        } else {
            try print(content, keys, encoding, console)
        }
    }

    /// The key under the name and for the algorithm that were asked for.
    private func prepared(_ key: Key, as encoding: KeyEncoding, isOnly: Bool) throws -> Key {
        var key = key
        if let algorithm {
            if let refusal = key.refusal(for: algorithm, to: .verify, allowWeak: true) {
                throw Failure(
                    .usage, "usage",
                    "the key cannot be used with \(algorithm): "
                        + VisibleText.escape(refusal.description)
                )
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

    /// The file with the key in it, or no file at all.
    private static func create(
        _ path: [UInt8], _ content: SecretBytes, isPrivate: Bool, name: String
    ) throws {
        do {
            let file = try Descriptor.createNew(path)
            do {
                if !isPrivate { try file.setMode(0o644) }
                let stream = OutputStream(borrowing: file.number)
                try unsafe content.withBytes { unsafe try stream.write($0) }
                try stream.flush()
                try file.synchronize()
            } catch {
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
        if encoding == .der, console.system.output.isTerminal {
            throw Failure(
                .refused, "refused", "refusing to write DER to a terminal",
                hint: "write it to a file with --out, or choose --format pem")
        }
        try unsafe content.withBytes { unsafe try console.system.output.write($0) }
    }

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

internal import CommandKit
internal import JOSE
internal import JSON
internal import OpenSSL
internal import Platform
internal import Redis
internal import TokenStore

/// Turns any error into message, hint, code and status: the only place that picks them.
package enum Diagnostics {
    package static func failure(for error: any Error) -> Failure {
        switch error {
        case let failure as Failure: failure
        case let error as UsageError: Failure(.usage, "usage", error.message)
        case let error as InvalidValue: Failure(.usage, "usage", words(error))
        case let error as StoreError: store(error)
        case let error as RedisError: redis(error)
        case let error as RedisURLError: url(error)
        case let error as LogoutInterruption: logout(error)
        case let error as KeyError: key(error)
        case let error as SigningError: signing(error)
        case let error as KeyEncodingError: encoding(error)
        case let error as MalformedToken:
            Failure(.malformed, "malformed", "malformed token: \(error)", hint: hint(error))
        case let error as SystemError: Failure(.failure, "system", error.message)
        case let error as InputError: input(error, name: "standard input")
        case let error as OutputError:
            Failure(.failure, "output", "cannot write: \(error.cause.message)")
        case let error as OpenSSLError:
            Failure(.failure, "crypto", KeyError.crypto(error).description)
        case let error as Identifier.Refusal: identifier(error, what: "the id")
        case let error as ForeignLine: error.failure
        case let error as LayoutError: layout(error)
        case let error as NamingError: naming(error)
        case is Layout.InvalidNamespace:
            Failure(
                .usage, "usage", "the namespace is not valid",
                hint: "use only letters, digits, '.', '_' and '-'")
        default: Failure(.failure, "internal", VisibleText.escape("\(error)"))
        }
    }

    static func words(_ error: InvalidValue) -> String {
        switch error {
        case .expected(let what): "the value is not \(what)"
        case .message(let message): message
        case .notUTF8: "the value is not valid UTF-8"
        }
    }

    static func input(_ error: InputError, name: String) -> Failure {
        switch error {
        case .system(let cause):
            Failure(.failure, "input", "cannot read \(name): \(cause.message)")
        case .tooLarge(let limit):
            Failure(.failure, "input", "\(name) is larger than \(limit) bytes")
        case .timedOut: Failure(.failure, "input", "no input from \(name) in time")
        case .utf16:
            Failure(
                .failure, "utf16", "\(name) is UTF-16, not UTF-8",
                hint: utf16Hint)
        }
    }

    static let utf16Hint = "convert it: iconv -f UTF-16 -t UTF-8 FILE > FILE.utf8"

    static func identifier(_ error: Identifier.Refusal, what: String) -> Failure {
        switch error {
        case .empty: Failure(.usage, "invalid_id", "\(what) is empty")
        case .tooLong:
            Failure(
                .usage, "invalid_id",
                "\(what) is longer than \(Identifier.maximumByteCount) bytes")
        case .notUTF8: Failure(.usage, "invalid_id", "\(what) is not valid UTF-8")
        }
    }

    static func key(_ error: KeyError, source: String = "the key") -> Failure {
        switch error {
        case .unsupportedFormat(let format) where format != .otherJSON:
            guard let noun = format.noun else { break }
            return Failure(
                .failure, "key", "\(source) is \(noun), not a key set", hint: format.remedy)
        case .keyGivenAsSecret(let format):
            guard let noun = format.noun else { break }
            return Failure(
                .failure, "key", "\(source) is \(noun), not a secret", hint: format.remedy)
        default: break
        }
        return Failure(
            .failure, "key", "\(source): \(VisibleText.escape(error.description))",
            hint: hint(error))
    }

    /// The line that makes a key of it, or what to look at.
    private static func hint(_ error: KeyError) -> String? {
        switch error {
        case .keyGivenAsSecret: "give it with --key; --secret is for HMAC secrets only"
        case .unrecognized: "for an HMAC secret, use --secret"
        case .severalKeys: "keep only the key to use, and its own certificates"
        case .passphraseNeeded: "give its passphrase with --passphrase SOURCE"
        case .unsupportedFormat(let format): format.remedy
        case .invalidPEM: "copy the whole text again, from -----BEGIN to the dashes after END"
        case .invalidJSON(let error) where error.kind == .byteOrderMark:
            "remove the mark: tail -c +4 FILE > NEW"
        case .invalidJSON:
            "is it complete? to remove comment lines: grep -vE '^ *(#|//)' FILE > NEW"
        case .wrongLength:
            "the program that wrote it left out leading zeros, which RFC 7518 section 6.2 requires"
        case .discoveryDocument(let place):
            "jwtctl fetches nothing: --key <(curl -fsS \(url(place)))"
        case .unclearSecret(.byteOrderMark):
            "remove the mark: tail -c +4 FILE > NEW; --secret-encoding raw keeps it"
        case .unclearSecret(.comment):
            "remove the line: grep -v '^#' FILE > NEW; --secret-encoding raw keeps it"
        case .unclearSecret(.hexadecimal):
            "--secret-encoding hex decodes it, --secret-encoding raw uses the text"
        case .noUsableKey(let members):
            members.first.map { "member \($0.index): \(VisibleText.escape($0.reason.text))" }
        default: nil
        }
    }

    /// A URL of a document as a shell reads it; `URL` for what is none.
    private static func url(_ text: JSONString?) -> String {
        guard let text = text?.text, text.hasPrefix("https://"), text.utf8.count <= 200,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return "URL" }
        return ShellText.quote(text)
    }

    private static func signing(_ error: SigningError) -> Failure {
        switch error {
        case .refused(let refusal):
            let isWeak = refusal.isWeakness
            return Failure(
                isWeak ? .badSignature : .failure, isWeak ? "weak_key" : "key",
                "the key cannot sign: \(VisibleText.escape(refusal.description))",
                hint: isWeak ? "use a stronger key, or pass --allow-weak-key" : nil)
        case .noAlgorithm: return Failure(.failure, "key", "the key cannot sign with any algorithm")
        case .unsupportedHeader(let name):
            return Failure(
                .usage, "unsupported_header",
                "no verifier would accept a header with '\(VisibleText.escape(name.text))'")
        case .selfCheckFailed:
            return Failure(.failure, "key", "the private and public halves of the key do not match")
        case .crypto(let error): return failure(for: error)
        }
    }

    private static func encoding(_ error: KeyEncodingError) -> Failure {
        switch error {
        case .severalKeys(let count):
            Failure(
                .failure, "key", "\(count) keys, but this format holds one",
                hint: "choose one with --select KID, or --format jwks")
        case .secret:
            Failure(
                .failure, "key", "an HMAC secret cannot be written in this format",
                hint: "use --format jwk")
        case .primesUnknown:
            Failure(
                .failure, "key", "the key has no primes, which PEM and DER need",
                hint: "its JWK was written without them; use --format jwk")
        case .key(let error): key(error)
        }
    }

    private static func hint(_ error: MalformedToken) -> String? {
        switch error.fault {
        case .encrypted: "its claims can only be read with the recipient's key"
        case .segmentCount: "was it truncated?"
        default: nil
        }
    }

    private static func logout(_ error: LogoutInterruption) -> Failure {
        switch error.cause {
        case .store(let cause): store(cause)
        case .signal: Failure(.unknown, "interrupted", "interrupted; run it again to finish")
        }
    }
}

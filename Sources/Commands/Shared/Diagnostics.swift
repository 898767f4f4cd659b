package import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import OpenSSL
internal import Platform
internal import Redis
internal import TokenStore

/// The reason why a command ended without doing what it was asked to do: text for a person, a code
/// for a script, and the exit status.
///
/// `Diagnostics` makes it from the errors of the modules below; commands throw it for errors of
/// their own. `EntryPoint` prints it.
package struct Failure: Error, Equatable, Sendable {
    /// The exit status.
    package let status: ExitStatus
    /// The code in `{"error":{"code":…}}`: stable, in snake case.
    package let code: String
    /// The message: lower case, without a final period, with untrusted text already escaped.
    package let message: String
    /// The command to type next, or a question; nil if there is nothing to advise.
    package let hint: String?

    package init(_ status: ExitStatus, _ code: String, _ message: String, hint: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// Message and hint in one line, for warnings about something that goes on.
    var line: String { message + (hint.map { "; \($0)" } ?? "") }

    /// Whether the fault is in one input item, so that the items after it can be processed.
    var isItemsOwn: Bool {
        [.usage, .malformed, .badSignature, .claims, .refused].contains(status)
    }
}

/// The statuses and what they mean: a contract with scripts, never renumbered.
extension ExitStatus {
    /// Any other error.
    package static let failure = ExitStatus(rawValue: 1)
    /// The text is no token.
    package static let malformed = ExitStatus(rawValue: 3)
    /// The signature does not verify, or the key or algorithm is not allowed.
    package static let badSignature = ExitStatus(rawValue: 4)
    /// A claim fails a check.
    package static let claims = ExitStatus(rawValue: 5)
    /// The token is blacklisted, or issued before a cutoff.
    package static let revoked = ExitStatus(rawValue: 6)
    /// The token is not on the required whitelist.
    package static let notListed = ExitStatus(rawValue: 7)
    /// The state cannot be determined; never treated as valid.
    package static let unknown = ExitStatus(rawValue: 8)
    /// A safety check refused the command, or a person did not confirm it.
    package static let refused = ExitStatus(rawValue: 9)
    /// Some of several items failed.
    package static let someFailed = ExitStatus(rawValue: 10)
    /// A service accepts a token although it is revoked.
    package static let stillAccepted = ExitStatus(rawValue: 11)

    /// Every status with its meaning in a sentence, in ascending order. Help and manual are made
    /// from it, and a test compares it with what commands return.
    static let all: [ExitStatusDoc] = [
        ExitStatusDoc(.success, "Done; the token is active, not revoked, or well formed."),
        ExitStatusDoc(
            .failure,
            "Other errors: an unreadable file, a bad key, a failed write."),
        ExitStatusDoc(.usage, "The command line is invalid."),
        ExitStatusDoc(.malformed, "The token is malformed."),
        ExitStatusDoc(
            .badSignature,
            "The signature does not verify, no key fits, or the algorithm is not allowed."),
        ExitStatusDoc(
            .claims, "A claim fails: expired, not yet valid, wrong issuer, audience or type."),
        ExitStatusDoc(.revoked, "The token is revoked: blacklisted, or issued before a cutoff."),
        ExitStatusDoc(.notListed, "The token is not on the required whitelist."),
        ExitStatusDoc(
            .unknown, "The state is unknown: Redis could not be reached, or answered with an error."
        ),
        ExitStatusDoc(.refused, "Refused by a safety check, or not confirmed."),
        ExitStatusDoc(
            .someFailed,
            "Some of several items failed, or there was nothing to remove from a whitelist."),
        ExitStatusDoc(.stillAccepted, "The service still accepts the revoked token (prove)."),
    ]

    /// The documentation of these statuses, and of 0 and 2, which every command has. `success` is
    /// what 0 means for the command.
    static func docs(_ statuses: ExitStatus..., success: String = "Done.") -> [ExitStatusDoc] {
        [ExitStatusDoc(.success, success)]
            + all.filter { statuses.contains($0.status) || $0.status == .usage }
    }
}

/// Turns the errors of all modules into a message, a hint, a code and an exit status.
///
/// Modules below throw errors that carry data. This enum and its extensions choose the words for
/// them; commands throw a `Failure` for mistakes that only they can see. All text that comes from a
/// file, a token or a server is escaped here.
package enum Diagnostics {
    /// The failure for any error. An error that no case knows is a bug and has the code `internal`.
    package static func failure(for error: any Error) -> Failure {
        switch error {
        case let failure as Failure: failure
        case let error as UsageError: Failure(.usage, "usage", error.message)
        case let error as InvalidValue: Failure(.usage, "usage", words(error))
        case let error as StoreError: store(error)
        case let error as RedisError: redis(error)
        case let error as RedisURLError: url(error)
        case let error as LogoutInterruption:
            error.cause.storeError.map(store)
                ?? unknown("interrupted", "interrupted; run it again to finish")
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

    /// The message about a value on the command line. The caller names the option.
    static func words(_ error: InvalidValue) -> String {
        switch error {
        case .expected(let what): "the value is not \(what)"
        case .message(let message): message
        case .notUTF8: "the value is not valid UTF-8"
        }
    }

    /// An input that cannot be read. `name` is the title of the file, or `standard input`.
    static func input(_ error: InputError, name: String) -> Failure {
        switch error {
        case .system(let cause):
            Failure(.failure, "input", "cannot read \(name): \(cause.message)")
        case .tooLarge(let limit):
            Failure(.failure, "input", "\(name) is larger than \(limit) bytes")
        case .timedOut: Failure(.failure, "input", "no input from \(name) in time")
        case .utf16:
            Failure(.failure, "utf16", "\(name) is UTF-16, not UTF-8", hint: utf16Hint)
        }
    }

    /// The command that converts a UTF-16 file.
    static let utf16Hint = "convert it: iconv -f UTF-16 -t UTF-8 FILE > FILE.utf8"

    /// A text that cannot be an id. `what` names it, such as `the id` or a claim.
    static func identifier(_ error: Identifier.Refusal, what: String) -> Failure {
        // Such an id could never be the name of a token, so the mistake is one of usage, and no key
        // is made of it.
        let fault =
            switch error {
            case .empty: "is empty"
            case .tooLong: "is longer than \(Identifier.maximumByteCount) bytes"
            case .notUTF8: "is not valid UTF-8"
            }
        return Failure(.usage, "invalid_id", "\(what) \(fault)")
    }

    /// A token that lacks the claims from which the layout makes its id.
    static func naming(_ error: NamingError) -> Failure {
        switch error {
        case .missing(let claims):
            let names = claims.map { "'\($0)'" }.joined(separator: " or ")
            return Failure(
                .claims, "missing_claim",
                "the token has no claim \(names), which the layout needs to name it",
                hint: "'jwtctl logout-all USER' may revoke it, if the layout supports that")
        case .wrongType(let claim):
            return Failure(
                .claims, "invalid_claim",
                "the claim '\(VisibleText.escape(claim, columns: 60))' is neither a string nor a "
                    + "whole number")
        case .refused(let refusal, let claim):
            return Failure(
                .claims, "invalid_claim",
                identifier(refusal, what: "the claim '\(VisibleText.escape(claim, columns: 60))'")
                    .message)
        }
    }

    /// A key that cannot be used. `source` names its place. Text from the key file is escaped.
    static func key(_ error: KeyError, source: String = "the key") -> Failure {
        let (format, wanted): (KeyFormat?, String) =
            switch error {
            case .unsupportedFormat(let format) where format != .otherJSON: (format, "a key set")
            case .keyGivenAsSecret(let format): (format, "a secret")
            default: (nil, "")
            }
        // Formats of keys have no noun: the error itself says what is wrong with the key.
        guard let format, let noun = format.noun else {
            return Failure(
                .failure, "key", "\(source): \(VisibleText.escape(error.description))",
                hint: hint(error))
        }
        return Failure(
            .failure, "key", "\(source) is \(noun), not \(wanted)", hint: format.remedy)
    }

    /// The command that makes a usable key of it, or the thing to look at; nil if there is none.
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

    /// The URL of a discovery document, quoted for a shell; `URL` if the text is not an https URL
    /// that is safe to repeat.
    private static func url(_ text: JSONString?) -> String {
        guard let text = text?.text, text.hasPrefix("https://"), text.utf8.count <= 200,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return "URL" }
        return ShellText.quote(text)
    }

    /// A key that cannot sign. A weak key has the status of a bad signature, as in `verify`.
    private static func signing(_ error: SigningError) -> Failure {
        switch error {
        case .refused(let refusal):
            // `verify` refuses the same keys, and scripts test for one status.
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

    /// A key that the chosen format cannot hold.
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

    /// The advice for a text that is no complete token; nil if there is none.
    private static func hint(_ error: MalformedToken) -> String? {
        switch error.fault {
        case .encrypted: "its claims can only be read with the recipient's key"
        case .segmentCount: "was it truncated?"
        default: nil
        }
    }
}

extension LogoutInterruption.Cause {
    /// The error of Redis; nil if a signal ended the logout.
    var storeError: StoreError? {
        if case .store(let error) = self { error } else { nil }
    }
}

/// Text for people about formats that are not read as keys.
extension KeyFormat {
    /// The thing that the file is instead of a key, with its article; nil for formats of keys.
    var noun: String? {
        switch self {
        case .html: "an HTML page"
        case .token: "a token"
        case .xml: "an XML document"
        case .utf16: "text in UTF-16"
        case .discovery: "a discovery document"
        case .otherJSON: "a JSON document"
        default: nil
        }
    }

    /// The command that makes a usable key of it, or a question; nil if there is none.
    var remedy: String? {
        switch self {
        case .legacyEncrypted: "convert it: openssl pkcs8 -topk8 -in FILE -out NEW"
        case .pkcs12: "extract the key: openssl pkcs12 -in FILE -nocerts -out NEW"
        case .ssh:
            "an RSA or ECDSA key can be converted: ssh-keygen -e -m PKCS8 -f FILE > NEW"
        case .sshPrivate:
            "convert a copy: cp FILE NEW && ssh-keygen -p -N '' -m PKCS8 -f NEW"
        case .damagedPEM:
            "fix the dashes: sed -E "
                + "'s/^[^A-Z]*((BEGIN|END) [A-Z0-9 ]*[A-Z])[^A-Z]*$/-----\\1-----/' FILE > NEW"
        case .serviceAccount: "extract the key: jq -r .private_key FILE > NEW"
        case .discovery: "its jwks_uri names the key set: --key <(curl -fsS URL)"
        case .utf16: "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW"
        case .token: "give the key that signed it; services publish their public keys as a JWKS"
        case .html: "open the URL, was it an error page?"
        case .xml: "does the issuer also publish the key as a JWKS or in PEM?"
        case .otherJSON:
            "is it an error response? for a key in a member: jq -r .NAME FILE > NEW; "
                + "for an array of JWKs: jq '{keys: .}' FILE > NEW"
        default: nil
        }
    }
}

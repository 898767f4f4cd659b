internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import TokenStore

/// Signs tokens of one draft, for `issue`.
struct TokenMinter {
    let draft: TokenDraft
    /// Signs with the private key or secret.
    let signer: Signer
    /// The label on the user's token list.
    let label: String?
    /// The way in which the layout names the tokens that it records.
    var naming = Naming()

    /// A token that was signed, but not recorded yet.
    struct Minted {
        /// The compact serialization. It is a credential: whoever has it can use it.
        let text: [UInt8]
        /// The facts by which it is recorded.
        let facts: TokenFacts

        /// The entry for the user's token list; nil if the token names no user.
        func record(label: String?) -> TokenRecord? {
            facts.user.map { user in
                TokenRecord(
                    facts.subject, user: user, issuedAt: facts.issuedAt, expiry: facts.expiry,
                    label: label)
            }
        }

        /// The JSON result, with the token in it.
        func json(isRecorded: Bool) -> JSONObject {
            [
                "token": .string(String(decoding: text, as: UTF8.self)),
                "id": .string(facts.label.description),
                "sub": facts.user.map { .string($0.description) } ?? .null,
                "iat": facts.issuedAt.map { .integer($0) } ?? .null,
                "exp": facts.expiry.seconds.map { .integer($0) } ?? .null,
                "recorded": .bool(isRecorded),
            ]
        }
    }

    /// Signs one token. `now` is in unix seconds. Its facts are those that the layout reads from
    /// the finished token, so that a name made of the text is right.
    func mint(now: Int64) throws -> Minted {
        let claims = try draft.claims(now: now, id: draft.newID())
        let facts = try TokenFacts(draft: claims)
        let text = try signer.sign(header: draft.header, claims: claims)
        // Standard names are those of the claims. Others may depend on the finished text.
        guard !naming.isStandard else { return Minted(text: text, facts: facts) }
        let token: CompactToken
        do throws(MalformedToken) {
            token = try CompactToken(parsing: text)
        } catch {
            throw Failure(.usage, "usage", "every verifier would reject the token: \(error)")
        }
        return Minted(
            text: text, facts: try TokenFacts(token, claims: claims, naming: naming))
    }

    /// Signs one token and reads it back as a verifier would, before any is issued: jwtctl never
    /// issues a token that it would call malformed itself. One is enough, since the tokens of a
    /// draft differ only in id and times.
    func validate(now: Int64) throws {
        let minted = try mint(now: now)
        let checks: [Check]
        do throws(MalformedToken) {
            let token = try CompactToken(parsing: minted.text)
            checks = ClaimsPolicy(now: Double(now))
                .checks(header: token.header, claims: try token.claims())
        } catch {
            throw Failure(.usage, "usage", "every verifier would reject the token: \(error)")
        }
        if let bad = checks.first(where: { $0.reason == .invalidClaim }) {
            throw Failure(
                .usage, Reason.invalidClaim.rawValue,
                "the claim '\(bad.name)' has a type that verifiers must reject")
        }
    }

    /// The failure for a token that could not be recorded; nil if it was.
    func failure(_ outcome: RecordOutcome, id: String) -> Failure? {
        let hint = "an id is never used twice; omit --jti to get a random one"
        let shown = VisibleText.escape(id)
        switch outcome {
        case .recorded: return nil
        case .cutOff(let cutoff):
            return Failure(
                .revoked, Reason.cutOff.rawValue,
                "the token would be rejected immediately: a cutoff is set at "
                    + TimeText.rfc3339(cutoff),
                hint: draft.isIssuedNow ? "is this machine's clock right?" : "give a later --iat")
        case .alreadyRecorded:
            return Failure(
                .refused, "already_recorded", "the id '\(shown)' is already in use", hint: hint)
        case .displaced:
            return Failure(
                .refused, "other_token",
                "the user already has a token, and the layout keeps only one per user",
                hint: "revoke that one first: 'jwtctl logout-all USER'")
        case .alreadyRevoked:
            return Failure(
                .refused, "already_revoked", "the id '\(shown)' is revoked", hint: hint)
        case .expired:
            return Failure(
                .refused, "expired", "the token would already be expired by Redis' clock",
                hint: "--no-record signs it anyway")
        }
    }
}

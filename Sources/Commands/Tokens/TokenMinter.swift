internal import CommandKit
internal import JOSE
internal import JSON
internal import TokenStore

/// Signs tokens of one draft.
struct TokenMinter {
    let draft: TokenDraft
    let signer: Signer
    let label: String?
    /// How the layout names the tokens that it records.
    var naming = Naming()

    /// A token that was signed, and nothing more.
    struct Minted {
        let text: [UInt8]
        let facts: TokenFacts

        func record(label: String?) -> TokenRecord? {
            facts.user.map { user in
                TokenRecord(
                    facts.subject, user: user, issuedAt: facts.issuedAt, expiry: facts.expiry,
                    label: label)
            }
        }

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

    func mint(now: Int64) throws -> Minted {
        let claims = try draft.claims(now: now, id: draft.newID())
        let facts = try TokenFacts(draft: claims)
        let text = try signer.sign(header: draft.header, claims: claims)
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

    /// Makes one token and reads it back as a verifier would: no token leaves that this program
    /// itself would call malformed. Tokens of one draft differ in id and times only.
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

    /// What is wrong with a token that could not be recorded; nil where it was.
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

import Foundation
import TestSupport

/// What a run of the tool said.
struct Answer {
    /// nil where a signal ended it.
    let status: Int?
    private let text: String
    private let object: [String: Any]
    private let list: [[String: Any]]

    init(_ result: ProcessRunner.Result) {
        status = result.status
        text = result.text + result.errorText
        let json = try? JSONSerialization.jsonObject(with: Data(result.output))
        object = json as? [String: Any] ?? [:]
        list = json as? [[String: Any]] ?? []
    }

    /// Of one line of `verify --stream`.
    init(line: String) {
        status = 0
        text = line
        object =
            (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] ?? [:]
        list = []
    }

    /// The text of the token that was printed.
    var token: String? { object["token"] as? String }

    /// The id of the token that was printed.
    var newID: String? { token == nil ? nil : object["id"] as? String }

    /// `isForgiving` is whether Redis may be away: what could not be told then is unknown.
    func outcome(of action: Action, isForgiving: Bool) -> Outcome {
        guard let status else { return .unreadable(text) }
        if status == 8, isForgiving { return newToken.map { .inDoubt($0) } ?? .unknown }
        switch (action, status) {
        case (.issue, 0), (.renew, 0): return newToken.map { .issued($0) } ?? unreadable
        case (.revoke, 0), (.restore, 0), (.restore, 6): return change
        case (.logout, 0): return logout.map { .loggedOut($0) } ?? unreadable
        case (.look, 0), (.look, 6):
            if object["reason"] as? String == "unknown", isForgiving { return .unknown }
            return sight.map { .seen($0) } ?? unreadable
        case (.list, 0): return .listed(list.compactMap { $0["id"] as? String })
        default:
            let code = (object["error"] as? [String: Any])?["code"] as? String
            return .refused(status, code: code ?? text)
        }
    }

    private var unreadable: Outcome { .unreadable(text) }

    private var newToken: Token? {
        guard token != nil, let id = object["id"] as? String, let user = object["sub"] as? String,
            let issuedAt = object["iat"] as? Int, let isRecorded = object["recorded"] as? Bool
        else { return nil }
        return Token(id: id, user: user, issuedAt: issuedAt, isRecorded: isRecorded)
    }

    private var change: Outcome {
        switch (object["result"] as? String, status) {
        case ("revoked", 0): .revoked
        case ("already_revoked", 0): .alreadyRevoked
        case ("restored", 0): .restored
        case ("not_found", 0): .notRevoked
        case ("cut_off", 6): .cutOff
        default: unreadable
        }
    }

    private var logout: Outcome.Logout? {
        guard let revoked = object["revoked"] as? Int, let kept = object["kept"] as? Int,
            let alreadyRevoked = object["already_revoked"] as? Int,
            let isComplete = object["complete"] as? Bool
        else { return nil }
        return Outcome.Logout(
            revoked: revoked, alreadyRevoked: alreadyRevoked, kept: kept,
            cutoff: object["cutoff"] as? Int, isComplete: isComplete)
    }

    /// The verdict, which has to agree with the exit status and with the state beside it.
    private var sight: Outcome.Sight? {
        guard let isActive = object["active"] as? Bool,
            let state = object["state"] as? [String: Any],
            let isRevoked = state["revoked"] as? Bool, isRevoked != isActive,
            status == (isActive ? 0 : 6) || object["verified"] != nil && status == 0
        else { return nil }
        // Only an entry has a life: every one does here, since no token is revoked for ever.
        return Outcome.Sight(
            isDenied: state["revoked_ttl"] is Int, cutoff: state["cutoff"] as? Int,
            isActive: isActive)
    }
}

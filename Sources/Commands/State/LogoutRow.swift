internal import CommandKit
internal import TokenStore

/// What became of a user, as it is shown.
struct LogoutRow: ItemRow {
    let user: Identifier
    let result: LogoutResult
    /// Why the logout is not complete or not confirmed; nil where it is both.
    var cause: LogoutInterruption.Cause?

    /// Whether all was done, and not confirmed.
    var isUnconfirmed: Bool { cause?.isDoubt ?? false }
    var isComplete: Bool { result.isComplete && cause == nil }
    var status: ExitStatus { cause == nil ? .success : .unknown }
}

extension LogoutInterruption.Cause {
    var storeError: StoreError? {
        if case .store(let error) = self { return error }
        return nil
    }

    /// Whether all was done, and not confirmed.
    var isDoubt: Bool { storeError?.isAboutConfirmation ?? false }
}

/// Users of whom no token was recorded. Their names may be misspelled.
struct Unrecorded {
    private var total = 0
    private var count = 0
    private var names: [Identifier] = []

    mutating func add(_ user: Identifier, _ result: LogoutResult) {
        total += 1
        guard result.revoked + result.alreadyRevoked + result.kept + result.leftovers == 0 else {
            return
        }
        count += 1
        if names.count < 3 { names.append(user) }
    }

    var words: String? {
        guard count > 0 else { return nil }
        let shown = names.map { VisibleText.escape($0.description, columns: 40) }
            .joined(separator: ", ")
        return "no recorded tokens for \(count) of \(total) users: \(shown)"
            + (count > names.count ? ", …" : "") + "; is the spelling correct?"
    }
}

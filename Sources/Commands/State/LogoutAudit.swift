internal import Layouts
internal import TokenStore

/// The audit logs of a logout. The store writes the entry of a user to the stream of the layout;
/// the line in a file is added here.
extension LogoutRunner {
    /// The result with whether every audit log has the logout.
    func audited(_ result: LogoutResult, of user: Identifier) -> LogoutResult {
        if let failure = result.auditFailure { backend.warn(notAudited: failure, console) }
        guard result.isFinished || result.hasChanges else { return result }
        var result = result
        result.isAudited = backend.auditInFile(
            "logout-all", .user(user), count: Int64(result.revoked), reason: options.reason,
            isInStream: result.isAudited, console)
        return result
    }

    /// The result of a logout that was broken off, with whether every audit log has what it
    /// changed. The store has written no entry, unless only the confirmation is missing.
    func audited(_ interruption: LogoutInterruption, of user: Identifier) -> LogoutResult {
        var result = interruption.result
        guard !options.isDryRun, result.hasChanges, !result.isAudited, result.auditFailure == nil
        else { return audited(result, of: user) }
        result.isAudited = backend.audit(
            "logout-all", .user(user), count: Int64(result.revoked), reason: options.reason,
            after: interruption.cause.storeError, console)
        return result
    }
}

extension LogoutResult {
    /// Whether the logout changed something, finished or not.
    fileprivate var hasChanges: Bool {
        cutoff != nil || version != nil || revoked > 0 || leftovers > 0
    }
}

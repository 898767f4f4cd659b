internal import CommandKit
internal import Layouts
internal import Platform
internal import TokenStore

/// The audit logs of a change: the stream that some layouts have in Redis, and the file that an
/// option, the environment or a profile names. A change is audited if every one of them has it.
extension Backend {
    /// Writes the entries of a change that has happened, and announces the change. A failure is
    /// only a warning, since the change itself is done.
    ///
    /// `broken` is the error that ended the work: a Redis that has stopped answering is not waited
    /// for a second time. Returns whether every audit log has the change; false, too, if there is
    /// none.
    func audit(
        _ operation: String, _ subject: AuditSubject, count: Int64, reason: String?,
        after broken: StoreError? = nil, _ console: Console
    ) -> Bool {
        let isInStream = auditInRedis(
            operation, subject, count: count, reason: reason, after: broken, console)
        return auditInFile(
            operation, subject, count: count, reason: reason, isInStream: isInStream, console)
    }

    /// Returns whether the stream has the entry; false, too, if the layout has none.
    private func auditInRedis(
        _ operation: String, _ subject: AuditSubject, count: Int64, reason: String?,
        after broken: StoreError?, _ console: Console
    ) -> Bool {
        guard layout.tellsChanges else { return false }
        do throws(StoreError) {
            // It would wait for a whole timeout again, while a person waits to hear what was done.
            if let broken, broken.isSilence { throw broken }
            try store.audit(operation, subject, count: count, reason: reason)
            if let failure = store.unannounced { throw failure }
            return layout.can(.audit)
        } catch {
            warn(notAudited: error, console)
            return false
        }
    }

    /// Warns that a change was made, but that Redis has no entry about it, or services were not
    /// told.
    func warn(notAudited error: any Error, _ console: Console) {
        let place = layout.can(.audit) ? "written to the audit log" : "announced to services"
        warn(Diagnostics.failure(for: error), not: place, console)
    }

    private func warn(_ failure: Failure, not place: String, _ console: Console) {
        console.unlessClosed { () throws(OutputError) in
            try console.warn("done, but not \(place): \(failure.line)")
        }
    }

    // MARK: The file

    /// Adds the line of a change to the file, if there is one. `isInStream` says whether the stream
    /// has the entry. Returns whether every audit log has the change; false, too, if there is none.
    func auditInFile(
        _ operation: String, _ subject: AuditSubject, count: Int64, reason: String?,
        isInStream: Bool, _ console: Console
    ) -> Bool {
        guard let auditFile, !auditFile.isDryRun else { return isInStream }
        let entry = store.auditEntry(
            operation, subject, count: count, reason: reason,
            time: auditFile.clock?.now ?? console.system.clock.seconds)
        do throws(Failure) {
            try auditFile.append(AuditEntry.columns(console).object(entry))
            return isInStream || !layout.can(.audit)
        } catch {
            if auditFile.isNews(error) { warn(error, not: "written to the audit log", console) }
            return false
        }
    }

    /// Prepares the file before the first change, and asks Redis for the time that its lines get.
    /// A file that cannot be written is a warning: it must not keep a token from being revoked.
    func prepareAuditFile(isDryRun: Bool, _ console: Console) throws(OutputError) {
        guard let auditFile else { return }
        auditFile.isDryRun = isDryRun
        guard !isDryRun else { return }
        do throws(StoreError) {
            auditFile.clock = try store.clock()
        } catch {
            // This machine's clock dates the lines. The change itself reports what is wrong.
        }
        do throws(Failure) {
            try auditFile.open()
        } catch {
            guard auditFile.isNews(error) else { return }
            try console.warn("the change will not be written to the audit log: \(error.line)")
        }
    }
}

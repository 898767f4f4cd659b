internal import CommandKit
internal import TokenStore

/// What is said before something changes: where, and whether anybody will notice.
extension Session {
    func announce(_ console: Console, isDryRun: Bool = false) throws {
        try console.note("target: \(description)" + (isDryRun ? " (dry run)" : ""))
        let absent = layout.keptVariableKeys.first { !keptKeys.contains($0) }
        guard !console.options.isQuiet, !isLayoutChosen || absent != nil, store.seemsUnused() else {
            return
        }
        if let absent {
            try console.warn(
                "the key '\(VisibleText.escape(absent, columns: 120))' is not there yet: an "
                    + "application that makes it later reads other keys than these")
        }
        guard !isLayoutChosen else { return }
        try console.warn(
            "no key of the layout '\(layout.name)' is here yet: services that keep their state under "
                + "others will not notice; see 'jwtctl layout detect'")
    }
}

extension Session {
    /// Keys of a whitelist are deleted. Were they those of a blacklist with the same names, that
    /// would make revoked tokens valid again: a person confirms it, or the profile settles it.
    func requireLayout(isConfirmed: Bool, _ console: Console) throws {
        guard checksLayout, layout.requiresListing, let rival = layout.mistakenFor.first else {
            return
        }
        try console.warn(
            "the layout '\(layout.name)' deletes keys; if they are of "
                + "'\(VisibleText.escape(rival.name))', revoked tokens are valid again: "
                + "\(VisibleText.escape(rival.difference))")
        guard !isConfirmed else { return }
        do {
            try Confirmation.ask(
                "Delete keys of the layout '\(layout.name)' on \(description)?", answer: "yes",
                console)
        } catch let failure as Failure where failure.code == "not_confirmed" {
            throw Failure(
                failure.status, failure.code, failure.message,
                hint: "--yes confirms it, 'layout-check = off' in a profile settles it")
        }
    }
}

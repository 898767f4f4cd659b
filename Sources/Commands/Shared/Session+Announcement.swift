internal import CommandKit
internal import TokenStore

/// What is said before something changes: where, and whether anybody will notice.
extension Session {
    func announce(_ console: Console, isDryRun: Bool = false) throws {
        try console.note("target: \(description)" + (isDryRun ? " (dry run)" : ""))
        guard !console.options.isQuiet, !isLayoutChosen, store.seemsUnused() else { return }
        try console.warn(
            "no key of the layout '\(layout.name)' is here yet: services that keep their state under "
                + "others will not notice; see 'jwtctl layout detect'")
    }
}

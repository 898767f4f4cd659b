import Redis
import TestSupport
import Testing

@testable import Layouts
@testable import TokenStore

/// A user who has the commands that `doctor` asks for an operation, each on the keys that it names,
/// and nothing else, is refused nothing during the operation.
///
/// The server's own log of refusals decides: it has those in scripts, and those that the store
/// tolerates.
@Suite(.redis) struct ExactPermissionTests {
    @Test(
        .enabled(if: ServerVersion.current >= .redis(7, 0), "selectors came with Redis 7.0"),
        arguments: Presets.names + [RequiredCommandTests.acme])
    func nothingThatAnOperationSendsIsRefused(_ name: String) throws {
        let layout = try RequiredCommandTests.layout(name)
        let sandbox = try StoreSandbox()
        for operation in Layouts.Operation.allCases {
            try sandbox.raw("FLUSHALL")
            let subjects = try sandbox.fill(layout)
            if operation == .restore {
                let end = try sandbox.now() + 900
                _ = sandbox.store(layout).revoke(
                    subjects.map { Revocation($0, expiry: .at(end)) },
                    entry: nil)
            }
            let user = "user-\(operation.rawValue)"
            try sandbox.permit(user, layout, [operation, .audit])
            try sandbox.raw("ACL", "LOG", "RESET")
            let client = Client(
                target: RedisTarget(
                    endpoint: .unix(path: sandbox.server.socketPath), user: user))
            let store = TokenStore(
                client: client, layout: layout, origin: .init(actor: "ann", host: "box"),
                trustsLayout: true, claims: SessionApplication.claims)
            try perform(operation, store, subjects, now: try sandbox.now())
            let refusals = try sandbox.raw("ACL", "LOG").array()
            #expect(refusals.isEmpty, "\(operation): \(refusals)")
        }
    }

    /// The work of the commands that belong to an operation, except what the layout refuses before
    /// anything is sent. Its failures are not of interest here.
    private func perform(
        _ operation: Layouts.Operation, _ store: TokenStore, _ subjects: [TokenSubject], now: Int64
    ) throws {
        let layout = store.layout
        let bob = try Identifier("bob")
        let end = Expiry.at(now + 900)
        switch operation {
        case .verify:
            _ = try? store.states(of: subjects.map { StateQuery($0, asksIssue: true) })
        case .revoke:
            for _ in 0..<2 {
                _ = store.revoke(
                    subjects.map { Revocation($0, expiry: end) }, entry: DenyEntry(reason: "x"))
                _ = try? store.states(of: subjects.map { StateQuery($0) })
            }
            _ = store.revoke([Revocation(subjects[0], expiry: nil)], entry: nil)
        case .restore where layout.can(.restore):
            for subject in subjects {
                let item = Restoration(subject, issued: .at(Double(now)), expiry: end)
                _ = try? store.restore(item, reason: "x")
            }
        case .issue where layout.can(.record):
            for subject in subjects {
                _ = try? store.record(
                    TokenRecord(subject, user: bob, issuedAt: now, expiry: end, label: "x"))
                if layout.list != nil { _ = try? store.listedToken(subject.id, of: bob) }
            }
        case .list:
            if layout.can(.listTokens) {
                _ = try? store.tokens(of: bob)
                try? store.forEachUser { _ in true }
                let everything = UserQuery(countsActive: true, includesCutoffs: true)
                try? store.forEachUser(everything) { _ in true }
                try? store.forEachTokenList { _, _ in true }
            }
            if layout.can(.listRevoked) { try? store.forEachDenial { _ in true } }
        case .prune where layout.can(.prune): _ = try? store.prune(dryRun: false)
        case .audit:
            try? store.audit("revoke", .many, count: 1, reason: "x")
            _ = try? store.auditEntries(after: nil, limit: 10)
            _ = try? store.latestAuditEntries(limit: 10)
            _ = try? store.awaitAuditEntries(after: "0-0", milliseconds: 1)
        case .logoutAll:
            if layout.can(.logoutAll) {
                let kept = LogoutScope.allBut(subjects[0].id, issuedAt: now)
                for scope in [kept, .everything] {
                    _ = try? store.logOut(bob, scope: scope, entry: DenyEntry())
                }
            }
            if layout.can(.logoutEveryone) { _ = try? store.logOutEveryone() }
        case .restore, .issue, .prune: break
        }
    }
}

extension StoreSandbox {
    /// Makes two tokens of bob as the application, or else the default user, would; an expired
    /// member of his list; and a blacklist entry.
    fileprivate func fill(_ layout: Layout) throws -> [TokenSubject] {
        let bob = try Identifier("bob")
        let now = try self.now()
        let store = self.store(layout)
        let application = SessionApplication.all.first { $0.preset == layout.name }
        let ids =
            try application.map { try logIn($0, "bob", 2) }
            ?? (layout.naming.isByText
                ? (0..<2).map { SessionApplication.token(["sub": "bob"], $0) } : ["one", "two"])
        let subjects = try ids.map { id in
            TokenSubject(
                id: try Identifier(id), user: bob,
                details: layout.naming.details.map { _ in Array("web".utf8) })
        }
        if application == nil {
            let end = Expiry.at(now + 900)
            if layout.deny != nil {
                _ = store.revoke([Revocation(subjects[1], expiry: end)], entry: nil)
            }
            if layout.can(.record) {
                for subject in subjects {
                    _ = try store.record(
                        TokenRecord(subject, user: bob, issuedAt: now, expiry: end))
                }
            }
        }
        if let list = layout.list {
            // In milliseconds, a lower score would be taken for seconds.
            try raw(
                "ZADD", .bytes(try list.keys(of: bob)[0]),
                .integer(list.unit == 1 ? 5 : 200_000_000_000), "ancient")
        }
        return subjects
    }

    /// Makes a user who may run the commands that these operations need, and what any connection
    /// needs. A selector for each command binds it to its own keys.
    fileprivate func permit(
        _ user: String, _ layout: Layout, _ operations: Set<Layouts.Operation>
    ) throws {
        var patterns: [String: Set<String>] = [:]
        for required in layout.requiredCommands(of: Identifier(literal: "stranger"))
        where operations.contains(required.operation) {
            patterns[required.command.lowercased(), default: []]
                .formUnion([required.pattern].compactMap(\.self))
        }
        var rule: [Argument] = ["ACL", "SETUSER", .text(user), "reset", "on", "nopass"]
        rule += ["+role", "+info", "+ping", "+select"]
        for (command, keys) in patterns {
            // Redis takes no pattern beside the one of all keys.
            let words = ["+" + command] + (keys.contains("~*") ? ["~*"] : keys.sorted())
            rule.append(.text(keys.isEmpty ? words[0] : "(\(words.joined(separator: " ")))"))
        }
        #expect(try observer.call(Command(arguments: rule)) == .status("OK"))
    }
}

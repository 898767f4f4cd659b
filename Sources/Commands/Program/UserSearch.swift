internal import CommandKit
internal import Platform
internal import Synchronization
internal import TokenStore

/// A search for users on a thread of its own. The time limit covers everything: reading files, name
/// service, TLS handshake and all replies of Redis.
///
/// A search that takes too long keeps running until the process ends.
final class UserSearch: Sendable {
    /// How long a shell waits after TAB, in milliseconds.
    private static let patience: Int64 = 300
    private static let limit = 200
    /// How many pages of keys are scanned: few enough for a Redis of any size.
    private static let pageLimit = 4

    private let found = Mutex<Set<String>>([])
    private let isDone: Semaphore

    private init() throws(SystemError) { isDone = try Semaphore() }

    /// Users whose names begin with `prefix`, sorted. `options` choose Redis and layout.
    static func run(
        _ options: GlobalOptions, _ environment: Environment, beginning prefix: [UInt8]
    ) throws(SystemError) -> [String] {
        let search = try UserSearch()
        let thread = try Thread {
            search.look(options, environment, for: prefix)
            search.isDone.signal()
        }
        thread.detach()
        _ = search.isDone.wait(milliseconds: patience)
        return search.found.withLock { $0.sorted() }
    }

    private func look(
        _ options: GlobalOptions, _ environment: Environment, for prefix: [UInt8]
    ) {
        var options = options
        options.timeout = Self.patience
        options.asksPassword = false
        let console = Console(options, system: Self.system(environment))
        do {
            try Backend(console).store.forEachUser(pageLimit: Self.pageLimit) { page in
                self.add(page.map(\.user.description).filter { Self.fits($0, prefix) })
            }
        } catch {
            // The users found so far are the answer.
        }
    }

    /// Whether there is room for more.
    private func add(_ users: [String]) -> Bool {
        found.withLock { found in
            found.formUnion(users)
            return found.count < Self.limit
        }
    }

    /// A user whose name begins with a dash is left out: the command would take it for an option. A
    /// prefix with quotes is compared by the shell only.
    private static func fits(_ user: String, _ prefix: [UInt8]) -> Bool {
        let isQuoted = prefix.contains { "\"'\\".utf8.contains($0) }
        return !user.hasPrefix("-") && (isQuoted || user.utf8.starts(with: prefix))
    }

    /// Streams in memory, so that nothing is printed. Standard input counts as taken: a password on
    /// it is for the command itself.
    private static func system(_ environment: Environment) -> System {
        let input = InputStream(bytes: [])
        _ = input.take()
        return System(
            input: input, output: OutputStream(), diagnostics: OutputStream(),
            environment: environment, clock: .system, terminal: Terminal(columns: 80))
    }
}

internal import Glibc
internal import Platform

/// The loop that keeps all servers of a group busy at once, as `PipelineLoop` does for one server.
///
/// Each command is placed on the channel of the server that serves it. Replies arrive in each
/// server's own order, so each carries the number of its command. After a redirection, or a refusal
/// for the moment, the command is placed again; any other reply goes to the caller. If a connection
/// breaks, its commands are sent again, unless one that may have been executed must not be
/// repeated.
///
/// At most `maxInFlight` commands, and some megabytes of them, are under way in total.
struct RouterLoop {
    /// The bytes of commands without a reply, over all servers.
    private static let byteLimit = 4 << 20
    /// The bytes read without a whole reply that count as progress.
    private static let progressBytes = PipelineLoop.progressBytes
    /// The number of redirections after which a command pauses, since two nodes may redirect to
    /// each other.
    private static let redirectionLimit = 5

    /// A command that is to be tried again a little later.
    private struct Delayed {
        let item: NodeChannel.Item
        let due: Monotonic
    }

    private let router: Router
    private let maxInFlight: Int
    /// The counts so far. `sent` is only set at the end, when it is known what may have been
    /// executed.
    private(set) var progress = ExchangeProgress()
    /// The numbers of commands without a reply that may have been executed.
    private(set) var uncertain: Set<Int> = []

    /// The commands that wait, in the order in which they are due.
    private var delayed: [Delayed] = []
    /// Whether `next` had nothing when it was last asked.
    private var isDry = false
    /// When the loop gives up unless something moves.
    private var deadline: Monotonic
    /// The bytes read since the last whole reply.
    private var partialBytes = 0
    /// The last obstacle that may pass by itself; an error reports it if nothing moves any more.
    private var cause: RedisError?

    init(_ router: Router, maxInFlight: Int = PipelineLoop.standardInFlight) {
        precondition(maxInFlight > 0)
        self.router = router
        self.maxInFlight = maxInFlight
        deadline = Monotonic.now.advanced(byMilliseconds: Int64(router.timeout))
    }

    /// Runs until `next` has nothing and every command has its reply. As in `PipelineLoop`, nil
    /// from `next` means nothing for now. `onReply` gets each reply with the number of its command,
    /// in any order. After an error, no channel has a command under way.
    mutating func run(
        next: () -> Command?, onReply: (Int, Reply) -> Void
    ) throws(RedisError) {
        do throws(RedisError) {
            try work(next, onReply)
        } catch {
            abandon()
            throw error.with(progress)
        }
    }

    private mutating func work(
        _ next: () -> Command?, _ onReply: (Int, Reply) -> Void
    ) throws(RedisError) {
        let input = UnsafeMutableRawBufferPointer.allocate(
            byteCount: PipelineLoop.inputSize, alignment: 16)
        defer { unsafe input.deallocate() }
        while true {
            try refill(next)
            if isDry, progress.acknowledged == progress.accepted { return }
            var replies: [(Int, Reply)] = []
            if let failure = try router.refreshIfDue() { cause = failure }
            try retry()
            try unsafe turn(input, &replies)
            for (index, reply) in replies { onReply(index, reply) }
        }
    }

    /// Takes commands from `next` up to the limits, and places each.
    private mutating func refill(_ next: () -> Command?) throws(RedisError) {
        isDry = false
        while progress.accepted - progress.acknowledged < maxInFlight,
            router.channels.values.reduce(0, { $0 + $1.outstandingBytes }) < Self.byteLimit
        {
            guard let command = next() else {
                isDry = true
                return
            }
            if progress.accepted == progress.acknowledged { touch() }
            let item = NodeChannel.Item(index: progress.accepted, command: command)
            progress.accepted += 1
            try place(item)
        }
    }

    /// Restarts the deadline, since something moved.
    private mutating func touch() {
        deadline = Monotonic.now.advanced(byMilliseconds: Int64(router.timeout))
        partialBytes = 0
        cause = nil
    }

    /// Gives a command to the channel of the server that serves it, or delays it. `asked` is the
    /// server that an ASK redirection named for it.
    private mutating func place(
        _ item: NodeChannel.Item, asked: Endpoint? = nil
    ) throws(RedisError) {
        if asked == nil, router.topology.primaries.isEmpty,
            let failure = try router.refreshIfDue()
        {
            cause = failure
        }
        guard let endpoint = asked ?? router.topology.endpoint(for: item.command) else {
            router.markStale()
            return delay(item)
        }
        guard let channel = try router.channel(to: endpoint, &cause) else { return delay(item) }
        router.noteUse(of: endpoint, item.command)
        if asked != nil { channel.appendAsking() }
        channel.append(item)
    }

    /// Keeps a command for another attempt.
    private mutating func delay(_ item: NodeChannel.Item) {
        delayed.append(
            Delayed(item: item, due: .now.advanced(byMilliseconds: Router.retryPause)))
    }

    /// Places the commands that have waited long enough.
    private mutating func retry() throws(RedisError) {
        guard let first = delayed.first, first.due.remainingMilliseconds == 0 else { return }
        let waiting = delayed
        delayed = []
        for entry in waiting {
            if entry.due.remainingMilliseconds == 0 {
                try place(entry.item)
            } else {
                delayed.append(entry)
            }
        }
    }

    /// Waits until a server can be read or written, moves bytes, and judges the replies that
    /// arrived.
    private mutating func turn(
        _ input: UnsafeMutableRawBufferPointer, _ replies: inout [(Int, Reply)]
    ) throws(RedisError) {
        let busy = router.channels.values.filter { !$0.isIdle }
        guard deadline.remainingMilliseconds > 0 else { throw stall(busy) }
        var pollers = busy.map(\.interest)
        let pause = delayed.isEmpty ? Int64.max : Router.retryPause
        let isReady = busy.contains { $0.connection.transport.hasPending }
        let timeout = isReady ? 0 : CInt(clamping: min(deadline.remainingMilliseconds, pause))
        guard unsafe poll(&pollers, nfds_t(pollers.count), timeout) >= 0 || errno == EINTR else {
            throw .closed(address: "poll", SystemError.last, progress)
        }
        for (channel, poller) in zip(busy, pollers) {
            let ready = channel.connection.transport.readiness(poller)
            if ready.write { channel.send() }
            guard ready.read else { continue }
            do throws(RedisError) {
                partialBytes += try unsafe channel.connection.receive(into: input)
                while let (item, reply) = try channel.nextReply() {
                    partialBytes = 0
                    try take(reply, to: item, from: channel, &replies)
                }
                if partialBytes >= Self.progressBytes { touch() }
            } catch {
                try lose(channel, error)
            }
        }
    }

    /// The error once nothing has moved for the time-out: the last obstacle, or the first silent
    /// server.
    private mutating func stall(_ busy: [NodeChannel]) -> RedisError {
        let silent = busy.first.map { channel in
            RedisError.timeout(
                .reply, address: channel.connection.address, milliseconds: router.timeout, progress)
        }
        return .stalled(milliseconds: router.timeout, cause: cause ?? silent, progress)
    }

    /// Judges one reply. An answer is appended to `replies`; a redirection is followed; a refusal
    /// that passes by itself delays the command.
    private mutating func take(
        _ reply: Reply, to item: NodeChannel.Item, from channel: NodeChannel,
        _ replies: inout [(Int, Reply)]
    ) throws(RedisError) {
        if case .error(let error) = reply {
            switch error.kind {
            case .moved(let slot, let address):
                if let endpoint = redirection(address, from: channel) {
                    router.topology.move(slot: slot, to: endpoint)
                    router.markStale()
                    return try follow(item, nil, error)
                }
            case .ask(_, let address):
                if let endpoint = redirection(address, from: channel) {
                    return try follow(item, endpoint, error)
                }
            case .tryAgain:
                cause = .server(error)
                return delay(item)
            case .readOnly:
                // The server is no longer a primary; a new connection will show its role.
                channel.isRetired = true
                cause = .server(error)
                router.markStale(channel.endpoint)
                return delay(item)
            case .loading, .clusterDown, .masterDown:
                cause = .server(error)
                router.markStale()
                return delay(item)
            default: break
            }
        }
        progress.acknowledged += 1
        uncertain.remove(item.index)
        touch()
        replies.append((item.index, reply))
    }

    /// The server of a redirection; nil outside of a Cluster, where the error goes to the caller.
    private func redirection(_ address: String, from channel: NodeChannel) -> Endpoint? {
        let cluster = router.topology as? ClusterTopology
        return cluster?.endpoint(redirection: address, from: channel.endpoint)
    }

    /// Places a redirected command again, with a pause after several redirections.
    private mutating func follow(
        _ item: NodeChannel.Item, _ asked: Endpoint?, _ error: ServerError
    ) throws(RedisError) {
        var item = item
        item.redirections += 1
        guard item.redirections % Self.redirectionLimit != 0 else {
            cause = .server(error)
            return delay(item)
        }
        try place(item, asked: asked)
    }

    /// Handles the broken connection of a channel: its commands are sent again. Throws if the
    /// failure does not pass by itself, or if a command that may have been executed must not be
    /// repeated.
    private mutating func lose(
        _ channel: NodeChannel, _ error: RedisError
    ) throws(RedisError) {
        let left = router.drop(channel, error)
        for item in left {
            if item.mayHaveRun { uncertain.insert(item.index) }
            delay(item)
        }
        // TLS that fails on an established connection is treated as a broken connection.
        guard error.passesByItself || error.isOfTLS else { throw error }
        cause = error
        guard left.allSatisfy({ !$0.mayHaveRun || $0.command.isRepeatable }) else { throw error }
    }

    /// Drops each channel with commands under way, because a late reply could be taken for that of
    /// another command, and notes the commands that may have been executed.
    private mutating func abandon() {
        for channel in router.channels.values where !channel.isIdle {
            let closed = RedisError.closed(address: channel.connection.address, nil, progress)
            for item in router.drop(channel, closed) where item.mayHaveRun {
                uncertain.insert(item.index)
            }
        }
        progress.sent = progress.acknowledged + uncertain.count
    }
}

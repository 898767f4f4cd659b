internal import Glibc
internal import Platform

/// The loop that writes commands and reads replies at the same time.
///
/// Proxies stop reading while nobody reads from them, and Redis queues replies without limit: so
/// this reads whenever it can, and bounds what is under way by commands and by bytes.
package struct PipelineLoop {
    /// Enough for a distant server; more gains nothing, and the server's queues would grow.
    package static let standardInFlight = 10_000
    /// Bytes of encoded commands that may wait; one larger command is still taken when none wait.
    static let outputLimit = 256 << 10
    /// hiredis moves its buffer for each reply: small portions keep that cheap.
    static let inputSize = 16 << 10
    /// Bytes that count as progress, so that a peer cannot hold us with a byte at a time.
    static let progressBytes = 1 << 10

    private let connection: Connection
    private let maxInFlight: Int
    var phase = RedisError.Phase.reply
    var stage: Progress.Stage {
        get { progress.stage }
        set { progress.stage = newValue }
    }
    private(set) var progress = Progress()

    /// For each encoded command that is not written yet: where it ends in the stream of bytes.
    private var ends: [Int] = []
    private var firstEnd = 0
    private var encodedBytes = 0
    private var writtenBytes = 0
    private var readBytes = 0
    /// Bytes written since something counted as progress.
    private var sentBytes = 0
    private var deadline: Monotonic
    /// Whether `next` had nothing when it was last asked.
    private var isDry = false
    private var writeFailure: Transport.Outcome?

    init(connection: Connection, maxInFlight: Int) {
        precondition(maxInFlight > 0)
        self.connection = connection
        self.maxInFlight = maxInFlight
        deadline = Monotonic.now.advanced(byMilliseconds: Int64(connection.timeout))
    }

    /// Counts commands that were encoded into the connection's buffer beforehand (the handshake,
    /// whose secrets never become a `Command`).
    mutating func adopt(_ count: Int) {
        progress.accepted = count
        encodedBytes = connection.output.count
        ends = Array(repeating: encodedBytes, count: count)
    }

    /// Runs until `next` has nothing and every reply has arrived.
    ///
    /// nil from `next` means nothing for now: it is asked again whenever something has moved, so
    /// that replies may lead to further commands.
    mutating func run(
        next: () -> Command?, onReply: (Int, Reply) throws(RedisError) -> Void
    ) throws(RedisError) {
        guard !connection.isDead else {
            throw .closed(address: connection.address, nil, progress)
        }
        // Only a run that came to its end leaves a connection on which nothing is outstanding.
        connection.isDead = true
        let input = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.inputSize, alignment: 16)
        defer { unsafe input.deallocate() }
        while true {
            refill(next)
            if isDry, progress.acknowledged == progress.accepted { break }
            let ready = try wait()
            if ready.read { try unsafe receive(into: input) }
            if ready.write { send() }
            let before = progress.acknowledged
            while let reply = try nextReply() {
                try onReply(progress.acknowledged - 1, reply)
            }
            if progress.acknowledged > before { touch() }
        }
        connection.isDead = false
    }

    /// Encodes commands up to the limits.
    private mutating func refill(_ next: () -> Command?) {
        isDry = false
        if connection.output.count >= Self.outputLimit / 2 { return }
        while connection.output.count < Self.outputLimit,
            progress.accepted - progress.acknowledged < maxInFlight
        {
            guard let command = next() else {
                isDry = true
                return
            }
            if progress.accepted == progress.acknowledged { touch() }
            let before = connection.output.count
            connection.output.append(command)
            encodedBytes += connection.output.count - before
            ends.append(encodedBytes)
            progress.accepted += 1
            connection.trace?(.command(command.masked))
        }
    }

    /// Something moved: the deadline begins anew.
    private mutating func touch() {
        deadline = Monotonic.now.advanced(byMilliseconds: Int64(connection.timeout))
        readBytes = 0
        sentBytes = 0
    }

    private mutating func wait() throws(RedisError) -> (read: Bool, write: Bool) {
        let left = deadline.remainingMilliseconds
        do throws(SystemError) {
            let ready = try connection.transport.wait(
                wantsToWrite: writeFailure == nil && connection.output.count > 0,
                milliseconds: left)
            guard ready.read || ready.write || deadline.remainingMilliseconds > 0 else {
                throw SystemError.timedOut
            }
            return ready
        } catch {
            guard error == .timedOut else {
                throw .closed(address: connection.address, error, progress)
            }
            throw .timeout(
                phase, address: connection.address, milliseconds: connection.timeout, progress)
        }
    }

    /// One portion: the replies in it are handed on before the next is read.
    private mutating func receive(
        into input: UnsafeMutableRawBufferPointer
    ) throws(RedisError) {
        switch unsafe connection.transport.read(into: input) {
        case .wouldBlock: return
        case .end: throw broken(writeFailure ?? .end)
        case .failed(let error): throw broken(.failed(error))
        case .broken(let error): throw broken(.broken(error))
        case .bytes(let count):
            readBytes += count
            if readBytes >= Self.progressBytes { touch() }
            do throws(ReplyGuard.Fault) {
                try unsafe connection.reader.feed(
                    UnsafeRawBufferPointer(rebasing: input[..<count]))
            } catch {
                throw fault(error)
            }
        }
    }

    /// The error for a connection that `outcome` has ended.
    private func broken(_ outcome: Transport.Outcome) -> RedisError {
        switch outcome {
        case .broken(let error): .tls(error, address: connection.address, progress)
        case .failed(let error): .closed(address: connection.address, error, progress)
        case .end, .bytes, .wouldBlock: .closed(address: connection.address, nil, progress)
        }
    }

    private mutating func nextReply() throws(RedisError) -> Reply? {
        do throws(ReplyGuard.Fault) {
            guard var reply = try connection.reader.next() else { return nil }
            // More replies than commands: a server that refuses us may speak first, once.
            guard progress.acknowledged < progress.accepted else {
                throw ReplyGuard.Fault.peer(.malformed)
            }
            progress.acknowledged += 1
            if case .error(var error) = reply, error.kind == .noPermission {
                error.user = connection.user
                reply = .error(error)
            }
            connection.trace?(.reply(reply))
            return reply
        } catch {
            throw fault(error)
        }
    }

    private func fault(_ fault: ReplyGuard.Fault) -> RedisError {
        switch fault {
        case .tooLarge(let limit): .replyTooLarge(limit: limit, progress)
        case .tooSlow:
            .timeout(
                phase, address: connection.address, milliseconds: connection.timeout, progress)
        case .peer(let peer): .protocolError(peer, address: connection.address, progress)
        }
    }

    /// Writes what the system takes. A failure is kept: what the server said before it hung up,
    /// such as "max number of clients reached", is still to be read.
    private mutating func send() {
        while connection.output.count > 0, writeFailure == nil {
            let outcome = unsafe connection.output.withPending { bytes in
                unsafe connection.transport.write(bytes)
            }
            switch outcome {
            case .bytes(let count):
                connection.output.consume(count)
                writtenBytes += count
                sentBytes += count
                noteSent()
                if sentBytes >= Self.progressBytes || connection.output.count == 0 { touch() }
            case .failed, .broken: writeFailure = outcome
            case .wouldBlock, .end: return
            }
        }
    }

    private mutating func noteSent() {
        while firstEnd < ends.count, ends[firstEnd] <= writtenBytes {
            firstEnd += 1
            progress.sent += 1
        }
        if firstEnd == ends.count {
            ends.removeAll(keepingCapacity: true)
            firstEnd = 0
        } else if firstEnd > 4096 {
            ends.removeFirst(firstEnd)
            firstEnd = 0
        }
    }
}

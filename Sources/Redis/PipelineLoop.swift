internal import Glibc
internal import Platform

/// The loop that writes commands to one server and reads their replies at the same time.
///
/// Proxies stop reading while their client does not read, and Redis queues replies without limit.
/// The loop therefore reads whenever it can, and bounds what is under way by commands and by bytes.
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
    /// What a time-out is reported as.
    var phase = RedisError.Phase.reply
    /// The part of the connection's life that errors name.
    var stage: ExchangeProgress.Stage {
        get { progress.stage }
        set { progress.stage = newValue }
    }
    private(set) var progress = ExchangeProgress()

    /// For each encoded command from `firstEnd` on, none of them written whole yet: the place of its
    /// last byte in the stream of all bytes.
    private var ends: [Int] = []
    private var firstEnd = 0
    private var encodedBytes = 0
    private var writtenBytes = 0
    /// Bytes read, and bytes written, since something counted as progress.
    private var readBytes = 0
    private var sentBytes = 0
    private var deadline: Monotonic
    /// Whether `next` had nothing when it was last asked.
    private var isDry = false

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
    /// nil from `next` means nothing for now: it is called again whenever something has moved, so
    /// that replies may lead to further commands.
    mutating func run(
        next: () -> Command?, onReply: (Int, Reply) throws(RedisError) -> Void
    ) throws(RedisError) {
        guard !connection.isDead else {
            throw .closed(address: connection.address, nil, progress)
        }
        // Only a run that reaches its end leaves a connection on which nothing is outstanding.
        connection.isDead = true
        do throws(RedisError) {
            try work(next, onReply)
        } catch {
            throw error.with(progress)
        }
        connection.isDead = false
    }

    private mutating func work(
        _ next: () -> Command?, _ onReply: (Int, Reply) throws(RedisError) -> Void
    ) throws(RedisError) {
        let input = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.inputSize, alignment: 16)
        defer { unsafe input.deallocate() }
        while true {
            refill(next)
            if isDry, progress.acknowledged == progress.accepted { return }
            let ready = try wait()
            if ready.read { try unsafe receive(into: input) }
            if ready.write { send() }
            let before = progress.acknowledged
            while let reply = try connection.nextReply(
                isExpected: progress.acknowledged < progress.accepted, phase)
            {
                progress.acknowledged += 1
                try onReply(progress.acknowledged - 1, reply)
            }
            if progress.acknowledged > before { touch() }
        }
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

    /// Starts the deadline anew, since something moved.
    private mutating func touch() {
        deadline = Monotonic.now.advanced(byMilliseconds: Int64(connection.timeout))
        readBytes = 0
        sentBytes = 0
    }

    private mutating func wait() throws(RedisError) -> (read: Bool, write: Bool) {
        let left = deadline.remainingMilliseconds
        do throws(SystemError) {
            let ready = try connection.transport.wait(
                wantsToWrite: connection.wantsToWrite, milliseconds: left)
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

    private mutating func receive(
        into input: UnsafeMutableRawBufferPointer
    ) throws(RedisError) {
        readBytes += try unsafe connection.receive(into: input, phase)
        if readBytes >= Self.progressBytes { touch() }
    }

    private mutating func send() {
        let count = connection.send()
        guard count > 0 else { return }
        writtenBytes += count
        sentBytes += count
        noteSent()
        if sentBytes >= Self.progressBytes || connection.output.count == 0 { touch() }
    }

    /// Counts the commands that are written whole.
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

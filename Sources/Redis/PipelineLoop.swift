internal import Glibc
internal import Platform

/// The loop that writes commands to one server and reads their replies at the same time.
///
/// Each turn takes commands up to the limits (`refill`), sleeps until the socket can do something
/// (`wait`), then reads before it writes. Some proxies stop reading while their client does not
/// read, and Redis queues unread replies without limit, in memory that counts towards `maxmemory`.
/// The loop therefore reads whenever it can, and bounds what is under way by commands and by bytes.
///
/// The deadline starts anew with every reply, and with every `progressBytes` in either direction,
/// so it limits the silence of the server and not the length of the work.
package struct PipelineLoop {
    /// Commands without a reply at a time. 1,000 are enough for a server nearby; more than 10,000
    /// would only lengthen the queues of the server.
    package static let standardInFlight = 10_000
    /// The bytes of encoded commands that may wait to be written. One larger command is still taken
    /// when none wait.
    static let outputLimit = 256 << 10
    /// The bytes read at a time. hiredis moves its buffer after each reply, so small portions are
    /// cheaper.
    static let inputSize = 16 << 10
    /// The bytes without a whole reply that count as progress: a peer that sends one byte at a time
    /// must not hold the program for ever, and a large reply over a slow line must not time out.
    static let progressBytes = 1 << 10

    private let connection: Connection
    private let maxInFlight: Int
    /// The phase that a time-out reports.
    var phase = RedisError.Phase.reply
    /// The part of the connection's life that errors name.
    var stage: ExchangeProgress.Stage {
        get { progress.stage }
        set { progress.stage = newValue }
    }
    /// The commands so far, which every error of the loop carries.
    private(set) var progress = ExchangeProgress()

    /// For each encoded command from `firstEnd` on, none of which is written whole: the offset of
    /// its end in the stream of all bytes of this loop. Finished entries are removed in blocks,
    /// because removing each would move the rest.
    private var ends: [Int] = []
    private var firstEnd = 0
    private var encodedBytes = 0
    private var writtenBytes = 0
    /// The bytes read since something counted as progress.
    private var readBytes = 0
    /// The bytes written since something counted as progress.
    private var sentBytes = 0
    /// The number of commands that are written whole.
    private var writtenCommands = 0
    private var deadline: Monotonic
    /// Whether `next` had nothing when it was last asked.
    private var isDry = false

    init(connection: Connection, maxInFlight: Int) {
        precondition(maxInFlight > 0)
        self.connection = connection
        self.maxInFlight = maxInFlight
        deadline = Monotonic.now.advanced(byMilliseconds: Int64(connection.timeout))
    }

    /// Counts commands that the caller encoded into the connection's buffer: those of the
    /// handshake, whose password never becomes a `Command`.
    mutating func adopt(_ count: Int) {
        progress.accepted = count
        encodedBytes = connection.output.count
        ends = Array(repeating: encodedBytes, count: count)
    }

    /// Runs until `next` has nothing and every reply has arrived. `onReply` gets each reply with
    /// the number of its command, from 0, in the order of the commands.
    ///
    /// nil from `next` means nothing for now: it is called again whenever something has moved, so
    /// that replies may lead to further commands. Throws also what `onReply` throws; after any
    /// error the connection is broken.
    mutating func run(
        next: () -> Command?, onReply: (Int, Reply) throws(RedisError) -> Void
    ) throws(RedisError) {
        guard !connection.isBroken else {
            throw .closed(address: connection.address, nil, progress)
        }
        // Only a run that reaches its end leaves a connection without an outstanding reply.
        connection.isBroken = true
        do throws(RedisError) {
            try work(next, onReply)
        } catch {
            throw error.with(progress)
        }
        connection.isBroken = false
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
                outstanding: progress.accepted - progress.acknowledged, phase)
            {
                progress.acknowledged += 1
                noteSent()
                try onReply(progress.acknowledged - 1, reply)
            }
            if progress.acknowledged > before { touch() }
        }
    }

    /// Encodes commands up to the limits. It waits until half of the buffer is free, so that
    /// commands are written in large portions.
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

    /// Restarts the deadline, since something moved.
    private mutating func touch() {
        deadline = Monotonic.now.advanced(byMilliseconds: Int64(connection.timeout))
        readBytes = 0
        sentBytes = 0
    }

    /// Sleeps until the socket can be read or written, and returns which. Neither is possible after
    /// a signal, which `next` has to look for.
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

    /// Reads one portion.
    private mutating func receive(
        into input: UnsafeMutableRawBufferPointer
    ) throws(RedisError) {
        readBytes += try unsafe connection.receive(into: input, phase)
        if readBytes >= Self.progressBytes { touch() }
    }

    /// Writes as much as the system takes.
    private mutating func send() {
        let count = connection.send()
        guard count > 0 else { return }
        writtenBytes += count
        sentBytes += count
        noteSent()
        if sentBytes >= Self.progressBytes || connection.output.count == 0 { touch() }
    }

    /// Counts the commands that may have been executed: those that are written whole, and those that
    /// were answered before that, as by a server that refuses a long command and hangs up.
    private mutating func noteSent() {
        while firstEnd < ends.count, ends[firstEnd] <= writtenBytes {
            firstEnd += 1
            writtenCommands += 1
        }
        progress.sent = max(writtenCommands, progress.acknowledged)
        if firstEnd == ends.count {
            ends.removeAll(keepingCapacity: true)
            firstEnd = 0
        } else if firstEnd > 4096 {
            ends.removeFirst(firstEnd)
            firstEnd = 0
        }
    }
}

/// Moving the bytes of a connection. `PipelineLoop` and `RouterLoop` share these steps and decide
/// only when to take them. The errors have an empty progress; the loops add their own with
/// `RedisError.with`.
extension Connection {
    /// Whether there are bytes that can still be written.
    var wantsToWrite: Bool { writeFailure == nil && output.count > 0 }

    /// Writes as many bytes as the system takes, and returns their number. A failure is kept in
    /// `writeFailure` instead of thrown: the server may have sent its reason, such as "max number
    /// of clients reached", before it closed the connection. If it has not, the next read throws.
    func send() -> Int {
        var sent = 0
        while wantsToWrite {
            let outcome = unsafe output.withPending { bytes in unsafe transport.write(bytes) }
            switch outcome {
            case .bytes(let count):
                output.consume(count)
                sent += count
            case .failed, .broken: writeFailure = outcome
            case .wouldBlock, .end: return sent
            }
        }
        return sent
    }

    /// Reads one portion into `input`, which only serves as a buffer, and returns the number of
    /// bytes. The replies in it must be taken with `nextReply` before the next portion is read.
    /// Throws when the peer has ended the connection or its bytes are refused.
    func receive(
        into input: UnsafeMutableRawBufferPointer, _ phase: RedisError.Phase = .reply
    ) throws(RedisError) -> Int {
        switch unsafe transport.read(into: input) {
        case .wouldBlock: return 0
        case .end: throw ended(by: writeFailure ?? .end)
        case .failed(let error): throw ended(by: .failed(error))
        case .broken(let error): throw ended(by: .broken(error))
        case .bytes(let count):
            do throws(RESPLimits.Fault) {
                try unsafe reader.feed(UnsafeRawBufferPointer(rebasing: input[..<count]))
            } catch {
                throw failure(error, phase)
            }
            return count
        }
    }

    /// The next reply; nil where more bytes are needed. `outstanding` is the number of commands
    /// without a reply: a peer that sends more replies than it got commands does not speak Redis. A
    /// NOPERM error gets the name of the user, which older servers leave out.
    func nextReply(
        outstanding: Int, _ phase: RedisError.Phase = .reply
    ) throws(RedisError) -> Reply? {
        do throws(RESPLimits.Fault) {
            guard var reply = try reader.next() else { return nil }
            guard outstanding > 0 else { throw RESPLimits.Fault.peer(.malformed) }
            if case .error(var error) = reply, error.kind == .noPermission {
                error.user = user
                reply = .error(error)
            }
            trace?(.reply(reply))
            return reply
        } catch {
            throw failure(error, phase)
        }
    }

    /// The error for the end of the connection.
    private func ended(by outcome: Transport.Outcome) -> RedisError {
        switch outcome {
        case .broken(let error): .tls(error, address: address, ExchangeProgress())
        case .failed(let error): .closed(address: address, error, ExchangeProgress())
        case .end, .bytes, .wouldBlock: .closed(address: address, nil, ExchangeProgress())
        }
    }

    /// The error for bytes that were refused.
    private func failure(_ fault: RESPLimits.Fault, _ phase: RedisError.Phase) -> RedisError {
        switch fault {
        case .tooLarge(let limit): .replyTooLarge(limit: limit, ExchangeProgress())
        case .tooSlow:
            .timeout(phase, address: address, milliseconds: timeout, ExchangeProgress())
        case .peer(let peer): .protocolError(peer, address: address, ExchangeProgress())
        }
    }
}

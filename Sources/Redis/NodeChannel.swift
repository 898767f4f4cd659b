internal import Glibc
internal import Platform

/// The connection to one node of several, and the commands on it that wait for their replies.
final class NodeChannel {
    /// A command on its way, kept until its reply is there, since it may have to be sent again.
    struct Item {
        /// Its place among the caller's commands.
        let index: Int
        let command: Command
        /// Whether it was on a connection that broke before the reply came.
        var mayHaveRun = false
        /// How often in a row it was sent from one node to another.
        var redirections = 0
    }

    private struct Flight {
        /// nil for ASKING, whose reply is of no interest.
        let item: Item?
        /// Where its last byte stands among all that were written.
        let end: Int
    }

    let endpoint: Endpoint
    let connection: Connection
    private var flights: [Flight] = []
    private var firstFlight = 0
    private var encodedBytes = 0
    private var writtenBytes = 0
    private var answeredBytes = 0
    private var writeFailure: Transport.Outcome?

    init(_ connection: Connection, to endpoint: Endpoint) {
        self.connection = connection
        self.endpoint = endpoint
    }

    /// The server is no longer what it was: what is under way is still answered, nothing is added.
    var isRetired = false

    /// Whether the server is known to let us ask whether replicas have a change.
    var mayWait = false

    /// Whether no reply is outstanding.
    var isIdle: Bool { firstFlight == flights.count }

    /// Bytes of commands that have no reply yet, written or not.
    var outstandingBytes: Int { encodedBytes - answeredBytes }

    private var waitingBytes: Int { connection.output.count }

    /// Encodes a command; `asking` goes before what a slot on the move has sent here.
    func append(_ item: Item, asking: Bool) {
        if asking { append(Command("ASKING"), nil) }
        append(item.command, item)
    }

    private func append(_ command: Command, _ item: Item?) {
        let before = connection.output.count
        connection.output.append(command)
        encodedBytes += connection.output.count - before
        flights.append(Flight(item: item, end: encodedBytes))
        connection.trace?(.command(command.masked))
    }

    /// What to poll for.
    var interest: pollfd {
        connection.transport.interest(wantsToWrite: writeFailure == nil && waitingBytes > 0)
    }

    /// Whether there is something to read that `poll` does not see.
    var hasPending: Bool { connection.transport.hasPending }

    func readiness(_ poller: pollfd) -> (read: Bool, write: Bool) {
        connection.transport.readiness(poller)
    }

    /// Writes what the system takes. A failure is kept: the server's last words are still to be
    /// read, and reading fails where there are none.
    func send() {
        while waitingBytes > 0, writeFailure == nil {
            let outcome = unsafe connection.output.withPending { bytes in
                unsafe connection.transport.write(bytes)
            }
            switch outcome {
            case .bytes(let count):
                connection.output.consume(count)
                writtenBytes += count
            case .failed, .broken: writeFailure = outcome
            case .wouldBlock, .end: return
            }
        }
    }

    /// Reads one portion; answers how many bytes came.
    func receive(into input: UnsafeMutableRawBufferPointer) throws(RedisError) -> Int {
        switch unsafe connection.transport.read(into: input) {
        case .wouldBlock: return 0
        case .end: throw ended(by: writeFailure ?? .end)
        case .failed(let error): throw ended(by: .failed(error))
        case .broken(let error): throw ended(by: .broken(error))
        case .bytes(let count):
            do throws(ReplyGuard.Fault) {
                try unsafe connection.reader.feed(UnsafeRawBufferPointer(rebasing: input[..<count]))
            } catch {
                throw fault(error)
            }
            return count
        }
    }

    private func ended(by outcome: Transport.Outcome) -> RedisError {
        switch outcome {
        case .broken(let error): .tls(error, address: connection.address, Progress())
        case .failed(let error): .closed(address: connection.address, error, Progress())
        case .end, .bytes, .wouldBlock: .closed(address: connection.address, nil, Progress())
        }
    }

    /// The next reply with its command; nil where more bytes are needed.
    func nextReply() throws(RedisError) -> (item: Item, reply: Reply)? {
        do throws(ReplyGuard.Fault) {
            while var reply = try connection.reader.next() {
                guard !isIdle else { throw ReplyGuard.Fault.peer(.malformed) }
                let item = flights[firstFlight].item
                answeredBytes = flights[firstFlight].end
                firstFlight += 1
                if isIdle {
                    flights.removeAll(keepingCapacity: true)
                    firstFlight = 0
                } else if firstFlight > 4096 {
                    flights.removeFirst(firstFlight)
                    firstFlight = 0
                }
                if case .error(var error) = reply, error.kind == .noPermission {
                    error.user = connection.user
                    reply = .error(error)
                }
                connection.trace?(.reply(reply))
                if let item { return (item, reply) }
            }
            return nil
        } catch {
            throw fault(error)
        }
    }

    /// Gives up the connection; answers the commands without a reply. Those that the system was
    /// given whole may have been executed.
    func abandon() -> [Item] {
        connection.isDead = true
        let left = flights[firstFlight...].compactMap { flight in
            var item = flight.item
            if flight.end <= writtenBytes { item?.mayHaveRun = true }
            return item
        }
        flights = []
        firstFlight = 0
        return left
    }

    private func fault(_ fault: ReplyGuard.Fault) -> RedisError {
        switch fault {
        case .tooLarge(let limit): .replyTooLarge(limit: limit, Progress())
        case .tooSlow:
            .timeout(
                .reply, address: connection.address, milliseconds: connection.timeout, Progress())
        case .peer(let peer): .protocolError(peer, address: connection.address, Progress())
        }
    }
}

internal import Glibc
internal import Platform

/// The connection to one node of several, and the commands on it that wait for their replies.
final class NodeChannel {
    /// A command under way, kept until its reply arrives because it may have to be sent again.
    struct Item {
        /// Its place among the caller's commands.
        let index: Int
        let command: Command
        /// Whether it was on a connection that broke before the reply came.
        var mayHaveRun = false
        /// Nodes in a row that sent it on to another one.
        var redirections = 0
    }

    private struct Flight {
        /// nil for ASKING, whose reply is ignored.
        let item: Item?
        /// The place of its last byte in the stream of all bytes.
        let end: Int
    }

    let endpoint: Endpoint
    let connection: Connection
    private var flights: [Flight] = []
    private var firstFlight = 0
    private var encodedBytes = 0
    private var writtenBytes = 0
    private var answeredBytes = 0

    init(_ connection: Connection, to endpoint: Endpoint) {
        self.connection = connection
        self.endpoint = endpoint
    }

    /// Whether the server has lost its role: commands under way are still answered, none are added.
    var isRetired = false

    /// Whether the server is known to permit WAIT.
    var mayWait = false

    /// Whether no reply is outstanding.
    var isIdle: Bool { firstFlight == flights.count }

    /// Bytes of commands that have no reply yet, written or not.
    var outstandingBytes: Int { encodedBytes - answeredBytes }

    /// Encodes a command; `asking` goes before a command that a slot on the move redirected here.
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

    /// The events to poll for.
    var interest: pollfd {
        connection.transport.interest(wantsToWrite: connection.wantsToWrite)
    }

    /// Whether there is something to read that `poll` does not see.
    var hasPending: Bool { connection.transport.hasPending }

    func readiness(_ poller: pollfd) -> (read: Bool, write: Bool) {
        connection.transport.readiness(poller)
    }

    /// Writes what the system takes; see `Connection.send`.
    func send() { writtenBytes += connection.send() }

    /// The next reply with its command; nil where more bytes are needed.
    func nextReply() throws(RedisError) -> (item: Item, reply: Reply)? {
        while let reply = try connection.nextReply(isExpected: !isIdle) {
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
            if let item { return (item, reply) }
        }
        return nil
    }

    /// Gives up the connection and returns the commands without a reply. Those that were written
    /// whole may have been executed.
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
}

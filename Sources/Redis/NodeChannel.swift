internal import Glibc
internal import Platform

/// The connection to one server of a group, and the commands on it that wait for their replies.
///
/// `RouterLoop` appends commands and moves bytes; a channel matches replies with commands, which
/// Redis answers in order.
final class NodeChannel {
    /// A command under way, kept until its reply arrives because it may have to be sent again.
    struct Item {
        /// The number of the command among the caller's commands, from 0.
        let index: Int
        let command: Command
        /// Whether it was written whole to a connection that broke before the reply came.
        var mayHaveRun = false
        /// The redirections that it has followed so far.
        var redirections = 0
    }

    /// A command that was encoded and has no reply yet.
    private struct Flight {
        /// nil for ASKING, whose reply is ignored.
        let item: Item?
        /// The offset of its end in the stream of all bytes of this channel.
        let end: Int
    }

    let endpoint: Endpoint
    let connection: Connection
    /// The commands under way, from `firstFlight` on, in the order of their replies. Finished
    /// entries are removed in blocks, because removing each would move the rest.
    private var flights: [Flight] = []
    private var firstFlight = 0
    /// The bytes encoded, written and answered since the connection was made.
    private var encodedBytes = 0
    private var writtenBytes = 0
    private var answeredBytes = 0

    init(_ connection: Connection, to endpoint: Endpoint) {
        self.connection = connection
        self.endpoint = endpoint
    }

    /// Whether the server has lost its role as primary: commands under way are still answered, none
    /// are added.
    var isRetired = false

    /// Whether the user is known to have the permission for WAIT on this server.
    var mayWait = false

    /// Whether no reply is outstanding.
    var isIdle: Bool { firstFlight == flights.count }

    /// The bytes of commands without a reply, written or not.
    var outstandingBytes: Int { encodedBytes - answeredBytes }

    /// Encodes a command.
    func append(_ item: Item) { append(item.command, item) }

    /// Encodes ASKING, which has to precede a command that an ASK redirection sent here: the node is
    /// still importing the slot and would otherwise redirect it back (Redis Cluster specification).
    func appendAsking() { append(Command("ASKING"), nil) }

    private func append(_ command: Command, _ item: Item?) {
        let before = connection.output.count
        connection.output.append(command)
        encodedBytes += connection.output.count - before
        flights.append(Flight(item: item, end: encodedBytes))
        connection.trace?(.command(command.masked))
    }

    /// The events to wait for with `poll(2)`.
    var interest: pollfd {
        connection.transport.interest(wantsToWrite: connection.wantsToWrite)
    }

    /// Writes as much as the system takes; see `Connection.send`.
    func send() { writtenBytes += connection.send() }

    /// The next reply with its command; nil where more bytes are needed. Replies to ASKING are
    /// skipped.
    func nextReply() throws(RedisError) -> (item: Item, reply: Reply)? {
        while let reply = try connection.nextReply(outstanding: flights.count - firstFlight) {
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
    /// whole are marked with `mayHaveRun`.
    func abandon() -> [Item] {
        connection.isBroken = true
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

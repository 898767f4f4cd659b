/// What came of several commands, whose order among servers may differ from that in which they
/// were given.
package struct Exchange: Sendable {
    /// For each command its reply, in the order of the commands; nil where none came.
    package internal(set) var replies: [Reply?]
    /// Commands without a reply that may have been executed.
    package internal(set) var uncertain: Set<Int> = []
    /// What broke it off; nil where every command was answered.
    package internal(set) var failure: RedisError?

    init(count: Int) {
        replies = Array(repeating: nil, count: count)
    }

    /// All replies; throws what broke it off.
    func complete() throws(RedisError) -> [Reply] {
        if let failure { throw failure }
        return replies.compactMap(\.self)
    }
}

extension Connection {
    /// The replies to `commands`, as far as they came. What was refused because the server loads
    /// its data is sent again.
    func collect(_ commands: [Command]) -> Exchange {
        var result = Exchange(count: commands.count)
        var open = Array(commands.indices)
        var patience = LoadingPatience(timeout: timeout)
        do throws(RedisError) {
            while true {
                try collect(commands, open, &result)
                open = open.filter { result.replies[$0]?.isLoading ?? false }
                guard !open.isEmpty, try patience.waits() else { return result }
            }
        } catch {
            result.failure = error
            return result
        }
    }

    private func collect(
        _ commands: [Command], _ open: [Int], _ result: inout Exchange
    ) throws(RedisError) {
        var next = 0
        var loop = PipelineLoop(
            connection: self, maxInFlight: PipelineLoop.standardInFlight)
        do throws(RedisError) {
            try loop.run { () throws(RedisError) in
                guard next < open.count else { return nil }
                next += 1
                return commands[open[next - 1]]
            } onReply: { (index, reply) throws(RedisError) in
                result.replies[open[index]] = reply
            } wrap: {
                $0
            }
        } catch {
            // A refusal of an earlier round is no answer to what was sent again.
            for index in open[loop.progress.acknowledged...] { result.replies[index] = nil }
            let unanswered = loop.progress.acknowledged..<loop.progress.sent
            result.uncertain = Set(unanswered.map { open[$0] })
            throw error
        }
    }
}

extension Router {
    /// The replies to `commands`, as far as they came.
    func collect(_ commands: [Command]) -> Exchange {
        var result = Exchange(count: commands.count)
        var next = 0
        var loop = RouterLoop(self)
        do throws(RedisError) {
            try loop.run { () throws(RedisError) in
                guard next < commands.count else { return nil }
                next += 1
                return commands[next - 1]
            } onReply: { (index, reply) throws(RedisError) in
                result.replies[index] = reply
            } wrap: {
                $0
            }
        } catch {
            result.failure = error
            result.uncertain = loop.uncertain
        }
        return result
    }
}

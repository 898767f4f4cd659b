internal import Platform

/// The outcome of several commands, complete or not. Several servers may have run the commands in
/// another order than they were given.
package struct Exchange: Sendable {
    /// The reply to each command, in the order of the commands; nil where none came.
    package var replies: [Reply?]
    /// The indices of commands without a reply that may have been executed.
    package var uncertain: Set<Int> = []
    /// The error that ended it early; nil if every command was answered.
    package var failure: RedisError?

    package init(count: Int) {
        replies = Array(repeating: nil, count: count)
    }

    /// The outcome of `count` commands that were never sent.
    package init(unsent count: Int, because failure: RedisError) {
        self.init(count: count)
        self.failure = failure
    }

    /// All replies. Throws the failure if there is one, even if only the last reply is missing.
    package func complete() throws(RedisError) -> [Reply] {
        if let failure { throw failure }
        return replies.compactMap(\.self)
    }
}

extension Connection {
    /// The replies to `commands` in their order. Error replies are returned, not thrown. Commands
    /// that were refused because the server loads its data are sent again until the time-out.
    package func pipeline(_ commands: [Command]) throws(RedisError) -> [Reply] {
        try collect(commands).complete()
    }

    /// The replies to `commands`, each sent exactly once.
    func exchange(_ commands: [Command]) throws(RedisError) -> [Reply] {
        var result = Exchange(count: commands.count)
        try collect(commands, Array(commands.indices), &result)
        return try result.complete()
    }

    /// The replies to `commands`, as far as they came. Commands that were refused because the
    /// server loads its data are sent again until the time-out.
    func collect(_ commands: [Command]) -> Exchange {
        var result = Exchange(count: commands.count)
        var open = Array(commands.indices)
        var loading = LoadingTimeout(timeout: timeout)
        do throws(RedisError) {
            while true {
                try collect(commands, open, &result)
                open = open.filter { result.replies[$0]?.isLoading ?? false }
                guard !open.isEmpty, try loading.waits() else { return result }
            }
        } catch {
            result.failure = error
            return result
        }
    }

    /// One round: sends the commands at the indices `open`, and puts the replies into `result`.
    private func collect(
        _ commands: [Command], _ open: [Int], _ result: inout Exchange
    ) throws(RedisError) {
        var next = open.makeIterator()
        let start = Monotonic.now
        var loop = PipelineLoop(connection: self, maxInFlight: PipelineLoop.standardInFlight)
        do throws(RedisError) {
            try loop.run {
                next.next().map { commands[$0] }
            } onReply: { index, reply in
                result.replies[open[index]] = reply
            }
            noteExchange(since: start)
        } catch {
            // A refusal of an earlier round is no answer to the command that was sent again.
            for index in open[loop.progress.acknowledged...] { result.replies[index] = nil }
            let unanswered = loop.progress.acknowledged..<loop.progress.sent
            result.uncertain = Set(unanswered.map { open[$0] })
            throw error
        }
    }
}

extension Router {
    /// The replies to `commands`, as far as they came. The loop repeats refused commands itself.
    func collect(_ commands: [Command]) -> Exchange {
        var result = Exchange(count: commands.count)
        var next = commands.makeIterator()
        var loop = RouterLoop(self)
        do throws(RedisError) {
            try loop.run {
                next.next()
            } onReply: { index, reply in
                result.replies[index] = reply
            }
        } catch {
            result.failure = error
            result.uncertain = loop.uncertain
        }
        return result
    }
}

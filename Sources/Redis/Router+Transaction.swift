internal import Platform

extension Router {
    /// Runs commands on keys of one slot as one MULTI … EXEC, all of it again where the slot has
    /// moved: nothing of what was refused has been executed.
    func transaction(_ commands: [Command]) throws(RedisError) -> [Reply] {
        let deadline = Monotonic.now.advanced(byMilliseconds: Int64(timeout))
        let routed = commands.first { $0.routingKey != nil } ?? commands[0]
        let whole = [Command("MULTI")] + commands + [Command("EXEC")]
        var cause: RedisError?
        var asked: Endpoint?
        while true {
            if let failure = try refreshIfDue() { cause = failure }
            let isAsking = asked != nil
            let endpoint = asked ?? topology.endpoint(for: routed)
            asked = nil
            guard let endpoint, let channel = try channel(to: endpoint, &cause) else {
                distrust()
                try rest(until: deadline, cause)
                continue
            }
            let replies: [Reply]
            do throws(RedisError) {
                let prefix = isAsking ? [Command("ASKING")] : []
                replies = Array(
                    try channel.connection.exchange(prefix + whole).dropFirst(prefix.count))
            } catch {
                _ = drop(channel, error)
                guard error.passesByItself, commands.allSatisfy(\.isRepeatable) else {
                    throw error
                }
                cause = error
                try rest(until: deadline, cause)
                continue
            }
            for command in commands { noteUse(of: endpoint, command) }
            let refusals = Connection.refusals(in: replies)
            guard let refusal = refusals.first(where: \.isRedirection) else {
                return try Connection.result(of: replies[replies.count - 1], refusals: refusals)
            }
            cause = .server(refusal)
            asked = try redirected(by: refusal, from: channel)
            if asked == nil { try rest(until: deadline, cause) }
        }
    }

    /// Where the whole is to be asked next; nil for where the map says, after a pause.
    private func redirected(
        by refusal: ServerError, from channel: NodeChannel
    ) throws(RedisError) -> Endpoint? {
        let cluster = topology as? ClusterTopology
        switch refusal.kind {
        case .ask(_, let address):
            return cluster?.endpoint(redirection: address, from: channel.endpoint)
        case .moved(let slot, let address):
            distrust()
            if let endpoint = cluster?.endpoint(redirection: address, from: channel.endpoint) {
                topology.move(slot: slot, to: endpoint)
            }
            return nil
        case .readOnly:
            channel.isRetired = true
            distrust(channel.endpoint)
            return nil
        default:
            distrust()
            return nil
        }
    }
}

extension ServerError {
    /// Whether the command is to be sent again, there or elsewhere.
    fileprivate var isRedirection: Bool {
        switch kind {
        case .moved, .ask: true
        default: passesByItself
        }
    }
}

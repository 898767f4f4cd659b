@testable import Redis

extension Connection {
    /// The reply to one command; an error reply is thrown as `RedisError.server`.
    func call(_ command: Command) throws(RedisError) -> Reply {
        try pipeline([command])[0].value()
    }
}

extension ExchangeProgress {
    /// Commands that were certainly not executed, not even in part.
    var notSent: Int { accepted - sent }
}

extension RedisError {
    /// Whether a command may have been executed although its reply never came.
    var mayHaveExecuted: Bool {
        progress?.stage == .work && (progress?.unknown ?? 0) > 0
    }
}

extension Reply {
    /// Requires `+OK`.
    func ok() throws(RedisError) {
        guard try value() != .status("OK") else { return }
        throw .unexpectedReply(expected: "OK", got: shape)
    }
}

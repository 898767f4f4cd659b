internal import Platform

/// The bytes of a connection, which `PipelineLoop` and `RouterLoop` move in the same way: they only
/// decide when. Errors have an empty progress; the loops add their own (`RedisError.with`).
extension Connection {
    /// Whether bytes wait that can still be written.
    var wantsToWrite: Bool { writeFailure == nil && output.count > 0 }

    /// Writes what the system takes and returns the number of bytes. A failure is kept instead of
    /// thrown: the last words of the server, such as "max number of clients reached", are still to
    /// be read, and without any, reading fails.
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

    /// Reads one portion, with `input` as its buffer, and returns the number of bytes. The replies
    /// in it have to be taken before the next portion is read.
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

    /// The next reply; nil where more bytes are needed. `isExpected` is whether a command waits for
    /// one: a server that sends more replies than it had commands does not speak Redis.
    func nextReply(
        isExpected: Bool, _ phase: RedisError.Phase = .reply
    ) throws(RedisError) -> Reply? {
        do throws(RESPLimits.Fault) {
            guard var reply = try reader.next() else { return nil }
            guard isExpected else { throw RESPLimits.Fault.peer(.malformed) }
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

    private func ended(by outcome: Transport.Outcome) -> RedisError {
        switch outcome {
        case .broken(let error): .tls(error, address: address, ExchangeProgress())
        case .failed(let error): .closed(address: address, error, ExchangeProgress())
        case .end, .bytes, .wouldBlock: .closed(address: address, nil, ExchangeProgress())
        }
    }

    private func failure(_ fault: RESPLimits.Fault, _ phase: RedisError.Phase) -> RedisError {
        switch fault {
        case .tooLarge(let limit): .replyTooLarge(limit: limit, ExchangeProgress())
        case .tooSlow:
            .timeout(phase, address: address, milliseconds: timeout, ExchangeProgress())
        case .peer(let peer): .protocolError(peer, address: address, ExchangeProgress())
        }
    }
}

internal import Platform

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

internal import OpenSSL

/// A TLS session as `Transport` uses it. TLS may have to read in order to write, and to write in
/// order to read, so it remembers what the last step of each direction is waiting for.
final class SecureStream {
    private let session: TLSSession
    /// Whether a write waits until something can be read.
    private(set) var readsToWrite = false
    /// Whether a read waits until something can be written.
    private(set) var writesToRead = false
    /// Whether the handshake waits until something can be written.
    private(set) var wantsToWrite = false

    init(_ session: TLSSession) {
        self.session = session
    }

    var hasPending: Bool { session.hasPending }

    var lacksCertificate: Bool { session.lacksCertificate }

    var facts: TLSFacts { session.facts }

    /// Advances the handshake; `.bytes` means that it is complete.
    func handshake() -> Transport.Outcome {
        let step = session.handshake()
        wantsToWrite = step == .wantsToWrite
        return Self.outcome(of: step)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Transport.Outcome {
        let step = unsafe session.read(into: buffer)
        writesToRead = step == .wantsToWrite
        // The bytes that a write waited for may have just been read.
        readsToWrite = false
        return Self.outcome(of: step)
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Transport.Outcome {
        let step = unsafe session.write(bytes)
        readsToWrite = step == .wantsToRead
        writesToRead = false
        return Self.outcome(of: step)
    }

    func close() { session.close() }

    private static func outcome(of step: TLSSession.Step) -> Transport.Outcome {
        switch step {
        case .done(let count): .bytes(count)
        case .wantsToRead, .wantsToWrite: .wouldBlock
        case .end: .end
        case .lost(let error): .failed(error)
        case .failed(let error): .broken(error)
        }
    }
}

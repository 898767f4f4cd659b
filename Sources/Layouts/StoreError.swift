package import Redis

/// Why state could not be read or changed. No error says that a token is valid or revoked: after
/// one its state is unknown.
package enum StoreError: Error, Equatable, Sendable {
    /// Redis could not be used at all.
    case redis(RedisError)
    /// Redis refused one command. `key` is its first key, in a form that may be shown.
    case refused(ServerError, command: String, key: [UInt8]?)
    /// The value of `key` is not what the layout puts there.
    case corrupt(key: [UInt8])
    /// The scores of `key` are in milliseconds but the layout says seconds, or the other way round.
    case otherUnit(key: [UInt8])
    /// The layout names a key by a part that this token lacks, or that was not given with its id.
    /// The text is the name of the part.
    case unnamed(String)
    /// OpenSSL could not make a hash for the name of a key.
    case digest

    /// The change is in effect, but a fail-over or a crash may lose it.
    package var isAboutConfirmation: Bool {
        if case .redis(let error) = self { return error.isAboutConfirmation }
        return false
    }

    /// Redis did not answer for the whole of the time-out. Another question would take as long.
    package var isSilence: Bool {
        switch self {
        case .redis(.timeout), .redis(.stalled): true
        default: false
        }
    }

    /// Refused for a reason that applies to every further change as well: the server became a
    /// replica, is out of memory or cannot save, or the user lacks a permission.
    package var isAboutServer: Bool {
        guard case .refused(let error, _, _) = self else { return false }
        return switch error.kind {
        case .readOnly, .outOfMemory, .misconfigured, .noReplicas, .noPermission, .noAuth,
            .masterDown, .clusterDown:
            true
        default: false
        }
    }

    /// Caused by the value of one user's or one token's key, so that work on the others can go on.
    package var isAboutOneKey: Bool {
        switch self {
        case .corrupt, .otherUnit: true
        case .refused(let error, _, _): error.kind == .wrongType
        default: false
        }
    }

    /// Runs `body`, of which no closure throws anything else.
    package static func only<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch {
            preconditionFailure("nothing else is thrown: \(error)")
        }
    }

    /// Runs `body`, whose errors are Redis'.
    package static func wrapping<Result>(
        _ body: () throws(RedisError) -> Result
    ) throws(StoreError) -> Result {
        do throws(RedisError) {
            return try body()
        } catch {
            throw .redis(error)
        }
    }
}

/// Replies as their readers expect them; anything else is thrown as a `StoreError`.
extension Reply {
    package var asInteger: Int64 { get throws(StoreError) { try StoreError.wrapping(integer) } }

    /// nil for the null reply about a missing key.
    package var asOptionalBytes: [UInt8]? {
        get throws(StoreError) { try StoreError.wrapping(optionalBytes) }
    }

    package var asText: String { get throws(StoreError) { try StoreError.wrapping(text) } }

    package var asArray: [Reply] { get throws(StoreError) { try StoreError.wrapping(array) } }

    package var asByteStrings: [[UInt8]] {
        get throws(StoreError) { try StoreError.wrapping(byteStrings) }
    }

    /// The reply to TIME, in unix seconds.
    package var asSeconds: Int64 {
        get throws(StoreError) { try StoreError.wrapping(time).seconds }
    }
}

extension [Reply] {
    package var asIntegers: [Int64] {
        get throws(StoreError) { try map { reply throws(StoreError) in try reply.asInteger } }
    }

    /// The values of strings, nil for each that is missing.
    package var asOptionalBytes: [[UInt8]?] {
        get throws(StoreError) { try map { reply throws(StoreError) in try reply.asOptionalBytes } }
    }
}

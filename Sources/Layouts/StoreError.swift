package import Redis

/// Why state could not be read or changed. Whatever it is, it says nothing about any token.
package enum StoreError: Error, Equatable, Sendable {
    /// Redis could not be used at all.
    case redis(RedisError)
    /// Redis refused one command; `key` is the first key that it named, as people may see it.
    case refused(ServerError, command: String, key: [UInt8]?)
    /// What lies under `key` is not what the layout puts there.
    case corrupt(key: [UInt8])
    /// The scores under `key` are milliseconds where the layout says seconds, or the other way round.
    case otherUnit(key: [UInt8])
    /// The layout names a key after something that nobody said about this token.
    case unnamed(String)
    /// OpenSSL could not make a hash for the name of a key.
    case digest

    /// Written and in effect, but not known to outlive a fail-over or a crash.
    package var isAboutConfirmation: Bool {
        if case .redis(let error) = self { return error.isAboutConfirmation }
        return false
    }

    /// Redis said nothing for the whole of the time-out: asking for anything more takes as long.
    package var isSilence: Bool {
        switch self {
        case .redis(.timeout), .redis(.stalled): true
        default: false
        }
    }

    /// Refused for what holds for every further change as well: a server that became a replica, is
    /// full, can't save, or does not give this user the right.
    package var isAboutServer: Bool {
        guard case .refused(let error, _, _) = self else { return false }
        return switch error.kind {
        case .readOnly, .outOfMemory, .misconfigured, .noReplicas, .noPermission, .noAuth,
            .masterDown, .clusterDown:
            true
        default: false
        }
    }

    /// What lies under a key of one user or token is not what it should be: nothing is wrong with
    /// the others.
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

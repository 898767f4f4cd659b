internal import Platform
internal import Redis

/// Which of a user's tokens have to go.
package enum LogoutScope: Equatable, Sendable {
    case everything
    /// All but this one. `issuedAt` (unix seconds) is nil where nobody knows it.
    case allBut(Identifier, issuedAt: Int64?)
    /// Those issued before this unix second.
    case issuedBefore(Int64)
}

/// How far a logout came. The numbers are of tokens on the user's list.
package struct LogoutResult: Equatable, Sendable {
    package var revoked = 0
    package var alreadyRevoked = 0
    package var kept = 0
    /// The cutoff that now stands, in unix seconds; nil where none was raised.
    package var cutoff: Int64?
    /// Every step was acknowledged, and the cutoff reaches tokens that nobody recorded.
    package var isComplete = false

    package init() {}
}

/// What broke a logout off, and what had been done by then. Running it again finishes it.
package struct LogoutInterruption: Error, Sendable {
    package let result: LogoutResult
    package let cause: Cause

    package enum Cause: Equatable, Sendable {
        case store(StoreError)
        case signal(CInt)
    }
}

extension TokenStore {
    /// How many tokens one step handles: a script of this size holds Redis up for about 1 ms.
    static let pageSize = 500

    /// Ends a user's sessions in the order that is safe to break off anywhere: the cutoff first,
    /// then page by page blacklist entries, and only after these were acknowledged off the list.
    ///
    /// Returns once Redis' clock has passed the cutoff, so that a login which follows is alive.
    package func logOut(
        _ user: Identifier, scope: LogoutScope, skew: Int64 = 0, entry: DenyEntry,
        onProgress: (LogoutResult) -> Void = { _ in }
    ) throws(LogoutInterruption) -> LogoutResult {
        var result = LogoutResult()
        let signal: CInt?
        do throws(StoreError) {
            signal = try logOut(user, scope, skew, entry, &result, onProgress)
        } catch {
            throw LogoutInterruption(result: result, cause: .store(error))
        }
        if let signal { throw LogoutInterruption(result: result, cause: .signal(signal)) }
        return result
    }

    /// The steps; `result` always tells how far they came. Returns the signal that asked to stop.
    private func logOut(
        _ user: Identifier, _ scope: LogoutScope, _ skew: Int64, _ entry: DenyEntry,
        _ result: inout LogoutResult, _ onProgress: (LogoutResult) -> Void
    ) throws(StoreError) -> CInt? {
        result.cutoff = try raiseCutoff(layout.keys(of: user), scope: scope, skew: skew)
        if let signal = try denyListed(user, scope, entry, &result, onProgress) { return signal }
        if let cutoff = result.cutoff {
            try waitUntilPassed(cutoff, of: layout.keys(of: user).cutoff, skew: skew)
        }
        // A spared session leaves room for tokens of its age that nobody recorded.
        if case .allBut = scope { return nil }
        result.isComplete = true
        return nil
    }

    /// Kills every token of every user that was issued until now, recorded or not.
    package func logOutEveryone(
        issuedBefore: Int64? = nil, skew: Int64 = 0
    ) throws(StoreError) -> Int64 {
        let cutoff = try raise(
            [layout.globalCutoffKey], to: issuedBefore.map { $0 - 1 }, skew: skew)
        try waitUntilPassed(cutoff, of: layout.globalCutoffKey, skew: skew)
        return cutoff
    }

    /// The cutoff of a scope; nil where it can't be known, and so was not raised.
    private func raiseCutoff(
        _ keys: Layout.UserKeys, scope: LogoutScope, skew: Int64
    ) throws(StoreError) -> Int64? {
        let wanted: Int64?
        switch scope {
        case .everything: wanted = nil
        case .allBut(_, issuedAt: nil): return nil
        case .allBut(_, let issuedAt?): wanted = issuedAt - 1
        case .issuedBefore(let time): wanted = time - 1
        }
        return try raise([keys.cutoff, keys.tokens], to: wanted, skew: skew)
    }

    /// `wanted` nil means Redis' now, plus `skew`.
    private func raise(
        _ keys: [[UInt8]], to wanted: Int64?, skew: Int64
    ) throws(StoreError) -> Int64 {
        let command = Command.eval(
            Script.raiseCutoff, keys: keys,
            [
                .text(wanted.map(String.init) ?? ""), .integer(skew),
                .integer(maximumLifetime ?? 0), .integer(margin),
            ])
        let reply = try settled { _ throws(StoreError) in try call(command) }
        let (word, _) = try outcome(reply)
        guard let cutoff = Int64(word) else { throw .corrupt(key: keys[0]) }
        return cutoff
    }

    /// Milliseconds by which `time(2)` may lag behind the clock that Redis reads: a service that
    /// takes its `iat` from there would still be in the second before.
    private static let coarseClockLag: Int64 = 20

    /// Waits for a cutoff of ours; one that stands further ahead than we would have set it is not
    /// waited for, as nobody knows how far that is.
    private func waitUntilPassed(
        _ cutoff: Int64, of key: [UInt8], skew: Int64
    ) throws(StoreError) {
        var last = cutoff
        while true {
            // The clock that the cutoff was taken from.
            let now = try StoreError.wrapping { () throws(RedisError) in
                try client.serverTime(besideKey: key)
            }
            last = min(last, now.seconds + max(skew, 0))
            let left =
                (last + 1 - now.seconds) * 1000 + Self.coarseClockLag - now.microseconds / 1000
            if left <= 0 { return }
            pause(milliseconds: min(max(left, 1), 1000))
        }
    }

    /// Works through the list until a whole pass finds nothing left to deny. Returns the signal
    /// that asked to stop, after the running page.
    private func denyListed(
        _ user: Identifier, _ scope: LogoutScope, _ entry: DenyEntry, _ result: inout LogoutResult,
        _ onProgress: (LogoutResult) -> Void
    ) throws(StoreError) -> CInt? {
        while true {
            var denied = 0
            var kept = 0
            while true {
                if let signal = Signals.pending { return signal }
                let page = try listPage(user, from: kept)
                guard !page.tokens.isEmpty else { break }
                let condemned = page.tokens.filter { isCondemned($0, scope, result.cutoff) }
                kept += page.tokens.count - condemned.count
                denied += condemned.count
                try deny(condemned, of: user, entry, &result)
                onProgress(result)
            }
            if denied == 0 {
                result.kept = kept
                return nil
            }
        }
    }

    /// Whether a listed token has to go: unless it is the spared one, or is known to be later.
    private func isCondemned(_ token: ListedToken, _ scope: LogoutScope, _ cutoff: Int64?) -> Bool {
        if case .allBut(let spared, _) = scope { return token.id != spared }
        guard let cutoff, let issued = token.issuedAt else { return true }
        return issued <= cutoff
    }

    private func deny(
        _ tokens: [ListedToken], of user: Identifier, _ entry: DenyEntry,
        _ result: inout LogoutResult
    ) throws(StoreError) {
        guard !tokens.isEmpty else { return }
        // No user in the items: the whole page leaves the list in one step below.
        let items = tokens.map { Revocation(id: $0.id, user: nil, expiry: $0.expiry) }
        var entry = entry
        entry.user = user
        let batch = revoke(items, entry: entry)
        if let failure = batch.failure { throw failure }
        for outcome in batch.outcomes {
            switch outcome {
            case .revoked: result.revoked += 1
            case .alreadyRevoked: result.alreadyRevoked += 1
            case .failed(let error): throw error
            case .expired, .notFound, .unknown, .notAttempted: break
            }
        }
        try unlist(tokens.map(\.id), of: user)
    }
}

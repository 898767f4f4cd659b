internal import OpenSSL
internal import Platform

/// Reads Redis URLs by RFC 3986, strictly: what is not understood is refused, never skipped.
///
/// `redis` and `valkey` are TCP, with another `s` TLS; `unix` is a socket. The forms with Sentinels
/// are in `RedisURL+Sentinel.swift`. Passwords are decoded into memory that is wiped, and no error
/// carries text that may be part of one.
package enum RedisURL {
    /// The bytes of a path that the address of a unix socket holds on Linux, without the final NUL
    /// (unix(7)).
    static let unixPathLimit = 107

    /// The target that `text` names, such as `redis://user:secret@host:6379/0`.
    package static func parse(_ text: String) throws(RedisURLError) -> RedisTarget {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            bytes[colon...].starts(with: "://".utf8)
        else { throw withoutScheme(bytes) }
        let scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
        var isUnix = false
        var sentinel: SentinelForm?
        switch scheme {
        case "redis", "valkey", "rediss", "valkeys": break
        case "unix", "redis+unix", "redis-socket", "redis+socket": isUnix = true
        case "redis+sentinel", "rediss+sentinel", "valkey+sentinel", "valkeys+sentinel":
            sentinel = .nameInPath
        case "redis-sentinel", "rediss-sentinel", "valkey-sentinel", "valkeys-sentinel":
            sentinel = .nameApart
        default: throw .unknownScheme(isSchemeName(scheme) ? scheme : "")
        }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw .badCharacter }
        var rest = bytes[(colon + 3)...]
        let userinfo = try takeUserinfo(from: &rest, beforePath: isUnix)
        let isSecured = scheme.hasPrefix("rediss") || scheme.hasPrefix("valkeys")
        let tls = isSecured ? TLSSettings() : nil
        if let sentinel {
            var target = try target(
                sentinel, rest, user: userinfo.user, password: userinfo.password)
            target.tls = tls
            return target
        }
        guard !rest.contains(UInt8(ascii: "#")) else { throw .fragment }
        var query: ArraySlice<UInt8> = []
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            query = rest[(mark + 1)...]
            rest = rest[..<mark]
        }
        let queried = try database(inQuery: query, names: isUnix ? ["db", "database"] : ["db"])
        if isUnix {
            let path = try unixPath(rest)
            return RedisTarget(
                endpoint: .unix(path: path), user: userinfo.user, password: userinfo.password,
                database: queried ?? 0)
        }
        let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        let endpoints = try authorities(rest[..<slash], port: 6379)
        let inPath = rest[slash...].dropFirst()
        if !inPath.isEmpty, queried != nil { throw .databaseTwice }
        return RedisTarget(
            endpoints: endpoints, user: userinfo.user, password: userinfo.password,
            database: inPath.isEmpty ? queried ?? 0 : try databaseNumber(inPath), tls: tls)
    }

    /// The error for a text without a scheme, by its looks.
    private static func withoutScheme(_ text: [UInt8]) -> RedisURLError {
        // `unix:/path` has a scheme, but not the slashes of an authority.
        if text.starts(with: "unix:/".utf8) { return withoutScheme(Array(text.dropFirst(5))) }
        if text.first == UInt8(ascii: ".") { return .barePath(nil) }
        if text.first == UInt8(ascii: "/"), text.count > 1 {
            let isPlain =
                text.count <= unixPathLimit
                && text.allSatisfy { isAlphanumeric($0) || "/._-".utf8.contains($0) }
            return .barePath(isPlain ? String(decoding: text, as: UTF8.self) : nil)
        }
        return connectionString(text) ?? .missingScheme
    }

    /// The error for the form `HOST:PORT,NAME=VALUE,…`; nil for any other text.
    private static func connectionString(_ text: [UInt8]) -> RedisURLError? {
        let parts = text.split(separator: UInt8(ascii: ","))
        guard parts.dropFirst().contains(where: { $0.contains(UInt8(ascii: "=")) }) else {
            return nil
        }
        let options = parts.map { String(decoding: $0, as: UTF8.self).lowercased() }
        let isPlace = parts[0].allSatisfy { isAlphanumeric($0) || ".:-".utf8.contains($0) }
        return .connectionString(
            place: isPlace ? String(decoding: parts[0], as: UTF8.self) : nil,
            usesTLS: options.contains("ssl=true"))
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }

    /// Removes user and password from the front of `rest`; both are nil if there are none. Splits
    /// at the last `@`, since many people forget to encode an `@` in a password. `beforePath` means
    /// that a path follows instead of a host.
    private static func takeUserinfo(
        from rest: inout ArraySlice<UInt8>, beforePath: Bool
    ) throws(RedisURLError) -> (user: String?, password: SecretBytes?) {
        // The path of a socket without credentials, which may have an `@` of its own.
        if beforePath, rest.first == UInt8(ascii: "/") { return (nil, nil) }
        let last = rest.indices.last { index in
            rest[index] == UInt8(ascii: "@")
                && (!beforePath || rest[(index + 1)...].first == UInt8(ascii: "/"))
        }
        guard let at = last else { return (nil, nil) }
        let userinfo = rest[..<at]
        rest = rest[(at + 1)...]
        guard !userinfo.isEmpty else { return (nil, nil) }
        if !beforePath {
            if let first = userinfo.firstIndex(of: UInt8(ascii: "@")),
                userinfo[first...].contains(UInt8(ascii: ","))
            {
                throw .severalUserinfos
            }
            // A password may contain an `=`, but hardly this.
            let words = String(decoding: userinfo, as: UTF8.self).lowercased()
            if words.contains(",password="), let error = connectionString(Array(userinfo)) {
                throw error
            }
        }
        guard let colon = userinfo.firstIndex(of: UInt8(ascii: ":")) else {
            throw .ambiguousUserinfo
        }
        let user = try decoded(userinfo[..<colon], part: "user")
        return (user.isEmpty ? nil : user, try password(userinfo[(colon + 1)...]))
    }

    /// The percent-decoded password in memory that is wiped; nil for an empty one.
    static func password(_ text: ArraySlice<UInt8>) throws(RedisURLError) -> SecretBytes? {
        var bytes = try decodedBytes(text, part: "password")
        defer {
            // In place: nothing else shares the memory of the array.
            for index in bytes.indices { bytes[index] = 0 }
        }
        return bytes.isEmpty ? nil : SecretBytes(copying: bytes)
    }

    /// One address, or several separated by commas. Those without a port get `port`.
    static func authorities(
        _ text: ArraySlice<UInt8>, port: UInt16
    ) throws(RedisURLError) -> [Endpoint] {
        // `password=…` must not become a host, because messages show hosts.
        if text.contains(UInt8(ascii: "=")) {
            throw connectionString(Array(text)) ?? .connectionString(place: nil, usesTLS: false)
        }
        let parts = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parts.count == 1 || parts.allSatisfy({ !$0.isEmpty }) else { throw .badHost }
        var endpoints: [Endpoint] = []
        for part in parts { endpoints.append(try authority(part, standardPort: port)) }
        return endpoints
    }

    /// `host`, `host:port`, `[v6]` or `[v6]:port`. Without a host it is 127.0.0.1.
    private static func authority(
        _ text: ArraySlice<UInt8>, standardPort: UInt16
    ) throws(RedisURLError) -> Endpoint {
        var host = text
        var port = text[text.endIndex...]
        if text.first == UInt8(ascii: "[") {
            guard let close = text.firstIndex(of: UInt8(ascii: "]")) else { throw .badHost }
            host = text[(text.startIndex + 1)..<close]
            port = text[(close + 1)...]
            let allowed = Array("0123456789abcdefABCDEF:.".utf8)
            guard host.contains(UInt8(ascii: ":")), host.allSatisfy(allowed.contains) else {
                throw .badHost
            }
            guard port.isEmpty || port.first == UInt8(ascii: ":") else { throw .badHost }
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            host = text[..<colon]
            port = text[colon...]
            // A second colon means an IPv6 address without its brackets.
            guard !port.dropFirst().contains(UInt8(ascii: ":")) else { throw .badHost }
        }
        let name = try decoded(host, part: "host")
        let allowed = name.utf8.allSatisfy {
            $0 > 0x20 && $0 != 0x7f && !"/?#@\\".utf8.contains($0)
        }
        guard allowed else { throw .badHost }
        return .tcp(
            host: name.isEmpty ? "127.0.0.1" : name,
            port: try portNumber(port.dropFirst(), standard: standardPort))
    }

    /// A port of 1 to 65535, or `standard` for no text.
    private static func portNumber(
        _ text: ArraySlice<UInt8>, standard: UInt16
    ) throws(RedisURLError) -> UInt16 {
        if text.isEmpty { return standard }
        guard text.count <= 5, let number = decimal(text), (1...65535).contains(number) else {
            throw .badPort
        }
        return UInt16(number)
    }

    /// An absolute path without a NUL, short enough for a socket.
    private static func unixPath(_ text: ArraySlice<UInt8>) throws(RedisURLError) -> String {
        guard text.first == UInt8(ascii: "/") else { throw .missingPath }
        let path = try decoded(text, part: "path")
        guard path.utf8.count <= unixPathLimit else { throw .pathTooLong(limit: unixPathLimit) }
        guard !path.utf8.contains(0), path.utf8.count > 1 else { throw .missingPath }
        return path
    }

    /// The number in the query, such as `?db=N`, where `names` are those that the parameter may have:
    /// Lettuce writes `?database=N` after a socket's path. nil for an empty query. Other parameters
    /// are refused, such as redis-py's `virtual_host=N`, which does not clearly mean the database.
    private static func database(
        inQuery query: ArraySlice<UInt8>, names: Set<String>
    ) throws(RedisURLError) -> Int? {
        var found: Int?
        for pair in query.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let name = try decoded(pair[..<equals], part: "query")
            guard names.contains(name) else { throw .unknownParameter(name) }
            guard found == nil else { throw .databaseTwice }
            found = try databaseNumber(pair[equals...].dropFirst())
        }
        return found
    }

    /// A decimal number of at most nine digits without leading zeros.
    static func databaseNumber(_ text: ArraySlice<UInt8>) throws(RedisURLError) -> Int {
        guard text.count <= 9, let number = decimal(text),
            text.first != UInt8(ascii: "0") || text.count == 1
        else { throw .badDatabase }
        return number
    }

    /// A number of digits only: `Int(_:)` would also accept a sign. The caller limits the length.
    static func decimal(_ text: ArraySlice<UInt8>) -> Int? {
        guard !text.isEmpty, text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Whether an unknown scheme may be shown: it is short and has only the characters of one.
    private static func isSchemeName(_ text: String) -> Bool {
        text.count <= 30
            && text.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || "+-.".utf8.contains($0)
            }
    }

    /// The percent-decoded text, which must be UTF-8. `part` names the part of the URL for errors.
    static func decoded(
        _ text: ArraySlice<UInt8>, part: String
    ) throws(RedisURLError) -> String {
        let bytes = try decodedBytes(text, part: part)
        guard let result = String(validating: bytes, as: UTF8.self) else {
            throw .badPercentEncoding(part: part)
        }
        return result
    }

    /// The percent-decoded bytes. The caller wipes them if they are a password.
    private static func decodedBytes(
        _ text: ArraySlice<UInt8>, part: String
    ) throws(RedisURLError) -> [UInt8] {
        var result: [UInt8] = []
        // Room for all of it at once: growing would leave copies of a password in freed memory.
        result.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            guard text[index] == UInt8(ascii: "%") else {
                result.append(text[index])
                index += 1
                continue
            }
            guard index + 2 < text.endIndex,
                let high = text[index + 1].hexDigitValue, let low = text[index + 2].hexDigitValue
            else { throw .badPercentEncoding(part: part) }
            result.append(high << 4 | low)
            index += 3
        }
        return result
    }
}

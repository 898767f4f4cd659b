internal import Platform

extension RedisURL {
    /// The place of the group's name in a Sentinel URL.
    enum SentinelForm {
        /// `redis+sentinel://s1,s2/mymaster/0`.
        case nameInPath
        /// `redis-sentinel://s1,s2/0#mymaster` or `?sentinelMasterId=mymaster`.
        case nameApart
    }

    /// The usual port of Sentinels.
    private static let sentinelPort: UInt16 = 26379

    /// The parameters of the query, each nil if it is not there. User and password are those of the
    /// Sentinels.
    private struct Query {
        var name: String?
        var database: Int?
        var user: String?
        var password: SecretBytes?
    }

    /// The target of a Sentinel URL. `text` follows the userinfo, whose `user` and `password` are
    /// for the data servers; `sentinel_username` and `sentinel_password` in the query are for the
    /// Sentinels.
    static func target(
        _ form: SentinelForm, _ text: ArraySlice<UInt8>, user: String?, password: SecretBytes?
    ) throws(RedisURLError) -> RedisTarget {
        var rest = text
        var name: String?
        if let mark = rest.firstIndex(of: UInt8(ascii: "#")) {
            guard form == .nameApart else { throw .fragment }
            name = try decoded(rest[(mark + 1)...], part: "fragment")
            rest = rest[..<mark]
        }
        var query = Query()
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            query = try parameters(rest[(mark + 1)...])
            rest = rest[..<mark]
        }
        let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        let endpoints = try authorities(rest[..<slash], port: sentinelPort)
        var segments = rest[slash...].dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)[...]
        if form == .nameInPath, let first = segments.popFirst() {
            name = try decoded(first, part: "path")
        }
        var database = query.database
        if let last = segments.popFirst(), !last.isEmpty {
            // Lettuce's form has the database here, others the name.
            let isNumber = last.allSatisfy { (0x30...0x39).contains($0) }
            guard form == .nameInPath || isNumber else { throw .missingPrimaryName }
            guard query.database == nil else { throw .databaseTwice }
            database = try databaseNumber(last)
        }
        guard segments.isEmpty else { throw .badDatabase }
        if query.name != nil, name?.isEmpty == false {
            throw .repeatedParameter("sentinelMasterId")
        }
        guard let name = query.name ?? name, !name.isEmpty else { throw .missingPrimaryName }
        return RedisTarget(
            endpoints: endpoints,
            sentinel: SentinelService(name: name, user: query.user, password: query.password),
            user: user, password: password, database: database ?? 0)
    }

    /// Reads the query; a parameter that is unknown or repeated is refused.
    private static func parameters(_ text: ArraySlice<UInt8>) throws(RedisURLError) -> Query {
        var query = Query()
        var seen: Set<String> = []
        for pair in text.split(separator: UInt8(ascii: "&")) {
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let name = try decoded(pair[..<equals], part: "query")
            guard seen.insert(name).inserted else { throw .repeatedParameter(name) }
            let value = pair[equals...].dropFirst()
            switch name {
            case "db": query.database = try databaseNumber(value)
            case "sentinelMasterId": query.name = try decoded(value, part: "query")
            case "sentinel_username": query.user = try decoded(value, part: "query")
            case "sentinel_password": query.password = try password(value)
            // Text after an `&` may be the rest of a password, so it does not go into the error.
            default:
                throw .unknownParameter(seen.contains("sentinel_password") ? "" : name)
            }
        }
        return query
    }
}

internal import Redis

extension PermissionProbe {
    /// A command of this name on `key` with as many arguments as it wants. `isAbsent` says that
    /// nothing can lie under the key.
    ///
    /// Those that would change something are malformed: Redis refuses them for want of a right
    /// before it looks at what they say, and for what they say afterwards.
    init(_ name: String, key: [UInt8], isAbsent: Bool) {
        func on(_ rest: Argument...) -> Command {
            Command(arguments: [.text(name), .bytes(key)] + rest, keyIndex: 1)
        }
        switch name {
        case "WAIT": self.init(Command("WAIT", 0, 0), isHarmless: true)
        case "TIME": self.init(Command("TIME"), isHarmless: true)
        case "SCAN": self.init(Command("SCAN", 0, "COUNT", 1), isHarmless: true)
        case "EVAL": self.init(.eval("return 1", keys: [key], []), isHarmless: true)
        case "GET", "MGET", "PTTL", "TYPE", "EXISTS", "SMEMBERS": self.init(on(), isHarmless: true)
        case "HGET", "HMGET", "ZSCORE", "SISMEMBER": self.init(on("x"), isHarmless: true)
        case "SSCAN": self.init(on(0), isHarmless: true)
        case "ZRANGE", "LRANGE", "ZRANGEBYSCORE", "ZCOUNT": self.init(on(0, 0), isHarmless: true)
        case "XRANGE": self.init(on("-", "+", "COUNT", 1), isHarmless: true)
        case "XREVRANGE": self.init(on("+", "-", "COUNT", 1), isHarmless: true)
        // No such option, no numbers, a field without a value, no such id.
        case "SET": self.init(on("x", "NOTHING"), isHarmless: true)
        case "EXPIREAT", "PEXPIRE": self.init(on("x"), isHarmless: true)
        case "ZADD": self.init(on("x", "x"), isHarmless: true)
        case "HSET": self.init(on("x", "x", "x"), isHarmless: true)
        case "LREM": self.init(on("x", "x"), isHarmless: true)
        case "XADD": self.init(on("x", "x", "x"), isHarmless: true)
        case "DEL", "PERSIST", "INCR":
            self.init(on(), isHarmless: isAbsent && name != "INCR")
        case "ZREM", "SREM", "HDEL": self.init(on("x"), isHarmless: isAbsent)
        case "HSETNX": self.init(on("x", "x"), isHarmless: false)
        case "SADD", "PUBLISH": self.init(on("x"), isHarmless: false)
        default: preconditionFailure("no dry run of the command \(name)")
        }
    }
}

internal import CommandKit
internal import Redis

/// What is wrong with a Redis URL, and how it is spelled. The URL itself is never repeated: a
/// password may stand anywhere in it.
extension Diagnostics {
    static func url(_ error: RedisURLError) -> Failure {
        let (message, hint): (String, String?) =
            switch error {
            case .missingScheme: ("it does not begin with a scheme", "write redis://HOST:6379")
            case .unknownScheme(let scheme):
                (
                    scheme.isEmpty
                        ? "its scheme is none of Redis'"
                        : "'\(VisibleText.escape(scheme))' is not a scheme of Redis",
                    "write redis://, rediss:// (with TLS), redis+sentinel:// or unix://"
                )
            case .ambiguousUserinfo:
                (
                    "what stands before '@' may be a user or a password",
                    "write redis://:PASSWORD@HOST, or redis://USER:@HOST with the password elsewhere"
                )
            case .badPercentEncoding(let part):
                (
                    "a '%' in the \(part) is not followed by two hexadecimal digits of UTF-8",
                    "a '%' itself is written as %25"
                )
            case .badCharacter:
                (
                    "it contains a blank, a control character or one outside ASCII",
                    "percent-encode it: a blank is written as %20"
                )
            case .badHost:
                (
                    "the host is not a name or address",
                    "an IPv6 address stands in brackets: redis://[::1]:6379"
                )
            case .badPort: ("the port is not a number of 1 to 65535", "write redis://HOST:6379")
            case .badDatabase:
                ("the database is not a number without leading zeros", "write redis://HOST:6379/0")
            case .databaseTwice:
                ("the database stands in it twice", "write either redis://HOST/0 or ?db=0")
            case .missingPrimaryName:
                (
                    "it does not say what the Sentinels call the primary",
                    "write redis+sentinel://HOST,HOST/mymaster"
                )
            case .repeatedParameter(let name):
                ("'\(VisibleText.escape(name, columns: 40))' stands in it twice", nil)
            case .unknownParameter(""):
                (
                    "what follows an '&' after sentinel_password is not a parameter that is known",
                    "in a password '&' is written as %26"
                )
            case .unknownParameter(let name):
                (
                    "'\(VisibleText.escape(name, columns: 40))' is not a parameter that is known",
                    "?db=N is, and of Sentinels sentinel_username and sentinel_password; TLS is rediss://, and its files are given as --redis-cacert PATH"
                )
            case .missingPath:
                ("the socket has no absolute path", "write unix:///run/redis/redis.sock")
            case .pathTooLong(let limit):
                ("the socket's path is longer than \(limit) bytes", nil)
            case .fragment:
                ("it has a '#', which ends a URL", "in a password '#' is written as %23")
            }
        return Failure(
            .usage, "redis_url", "the Redis URL is not valid: \(message)", hint: hint)
    }
}

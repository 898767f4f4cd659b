internal import Layouts
internal import Redis

/// Redis' answers for their readers; what keeps one from coming is thrown as a `StoreError`.
extension Exchange {
    /// All replies; throws what broke the exchange off.
    var all: [Reply] { get throws(StoreError) { try StoreError.wrapping(complete) } }
}

extension Client {
    /// The replies to `commands`, all in one round trip; error replies are values.
    func replies(to commands: [Command]) throws(StoreError) -> [Reply] {
        do throws(RedisError) {
            return try pipeline(commands)
        } catch {
            throw .redis(error)
        }
    }

    /// The clock of the server that holds `key` (nil: of any), in milliseconds since 1970.
    func milliseconds(besideKey key: [UInt8]? = nil) throws(StoreError) -> Int64 {
        do throws(RedisError) {
            let time = try serverTime(besideKey: key)
            return time.seconds * 1000 + time.microseconds / 1000
        } catch {
            throw .redis(error)
        }
    }
}

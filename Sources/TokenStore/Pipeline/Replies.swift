internal import Redis

/// Replies as their readers expect them; anything else is thrown as a `StoreError`.
extension Reply {
    var asInteger: Int64 { get throws(StoreError) { try StoreError.wrapping(integer) } }

    /// nil for the null reply that stands for a missing key.
    var asOptionalBytes: [UInt8]? {
        get throws(StoreError) { try StoreError.wrapping(optionalBytes) }
    }

    var asText: String { get throws(StoreError) { try StoreError.wrapping(text) } }

    var asArray: [Reply] { get throws(StoreError) { try StoreError.wrapping(array) } }

    var asByteStrings: [[UInt8]] { get throws(StoreError) { try StoreError.wrapping(byteStrings) } }

    /// The reply to TIME, in unix seconds.
    var asSeconds: Int64 { get throws(StoreError) { try StoreError.wrapping(time).seconds } }
}

extension [Reply] {
    var asIntegers: [Int64] {
        get throws(StoreError) { try map { reply throws(StoreError) in try reply.asInteger } }
    }

    /// The values of strings, nil for each that is missing.
    var asOptionalBytes: [[UInt8]?] {
        get throws(StoreError) { try map { reply throws(StoreError) in try reply.asOptionalBytes } }
    }
}

extension Exchange {
    /// All replies; throws what broke the exchange off.
    var all: [Reply] { get throws(StoreError) { try StoreError.wrapping(complete) } }
}

/// Why a Redis URL was refused. No case carries text that may be part of a password.
package enum RedisURLError: Error, Equatable, Sendable {
    /// There is no `scheme://` at the beginning.
    case missingScheme
    /// The path of a socket alone; nil if it has characters that a URL would encode.
    case barePath(String?)
    /// The form of StackExchange.Redis, which Azure shows: `HOST:PORT,password=…,ssl=True`. `place`
    /// is the address in it; nil unless it certainly is one.
    case connectionString(place: String?, usesTLS: Bool)
    /// More than one address has credentials before it, or a password has an `@` and a comma that
    /// are not encoded.
    case severalUserinfos
    /// Another scheme; empty if the text does not look like one.
    case unknownScheme(String)
    /// `redis://secret@host`: a user for some programs, a password for others. The right spelling
    /// of a password alone is `redis://:secret@host`.
    case ambiguousUserinfo
    /// A `%` that two hexadecimal digits do not follow, or bytes that are not UTF-8, in `part`.
    case badPercentEncoding(part: String)
    /// A blank, a control character or one outside ASCII that is not encoded.
    case badCharacter
    /// A host that is empty in a list, has forbidden characters, or is an IPv6 address without
    /// brackets.
    case badHost
    /// Not a number of 1 to 65535.
    case badPort
    /// Not a decimal number without leading zeros.
    case badDatabase
    /// Both the path and the query name a database.
    case databaseTwice
    /// A Sentinel URL without the name of the group, such as `/mymaster`.
    case missingPrimaryName
    /// A query parameter that is given twice.
    case repeatedParameter(String)
    /// A query parameter that does not exist.
    case unknownParameter(String)
    /// `unix://` without an absolute path.
    case missingPath
    /// Longer than the 107 bytes that a unix socket's address holds.
    case pathTooLong(limit: Int)
    /// A `#fragment` means nothing here; in a password it has to be written as `%23`.
    case fragment
}

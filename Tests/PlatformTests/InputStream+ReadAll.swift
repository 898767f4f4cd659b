import Platform

extension Platform.InputStream {
    /// Everything up to the end; more than `limit` bytes are an error.
    func readAll(limit: Int) throws(InputError) -> [UInt8] {
        let bytes = try readPrefix(limit: limit)
        guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        return bytes
    }
}

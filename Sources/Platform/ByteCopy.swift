extension [UInt8] {
    /// The same bytes. Quicker than the initializers of the standard library, which look up the
    /// type of an array each time.
    package init(copying bytes: Span<UInt8>) {
        self = []
        reserveCapacity(bytes.count)
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

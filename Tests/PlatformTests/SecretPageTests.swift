import Testing

@testable import Platform

/// Secrets in memory.
@Suite struct SecretPageTests {
    private func page(of secret: SecretBytes) -> UInt {
        secret.withBytes { UInt(bitPattern: $0.baseAddress) / 4096 }
    }

    /// A lock on a page does not count how often it was asked for: the first of two secrets on one
    /// page that is released would unlock the other.
    @Test func `no two secrets share a page`() {
        let secrets = (0..<100).map { SecretBytes(copying: [UInt8($0)]) }
        #expect(Set(secrets.map(page)).count == 100)
    }

    @Test func `a secret keeps its bytes whatever their number`() {
        for count in [0, 1, 4095, 4096, 4097, 100_000] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let copy = SecretBytes(copying: bytes).copy()
            #expect(copy.count == count)
            #expect(copy.withBytes { Array($0) } == bytes)
        }
    }
}

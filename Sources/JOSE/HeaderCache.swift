internal import Platform

/// The header of the token before, as text and as read.
///
/// The tokens of one issuer have one header, byte for byte: reading it once is enough.
package final class HeaderCache {
    private var text: [UInt8] = []
    private var header: TokenHeader?

    package init() {}

    /// The header that was read from exactly this text.
    func header(of text: Span<UInt8>) -> TokenHeader? {
        let known = self.text
        return text.isEqual(to: known.span) ? header : nil
    }

    func keep(_ header: TokenHeader, of text: ArraySlice<UInt8>) {
        self.text = Array(text)
        self.header = header
    }
}

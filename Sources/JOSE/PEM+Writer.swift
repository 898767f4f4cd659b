internal import Platform

extension PEM {
    /// `der` in armour, 64 characters a line (RFC 7468 section 2), the last line ended too.
    static func text(of der: SecretBytes, label: String) -> SecretBytes {
        let base64 = unsafe der.withBytes { Base64.standard.encode(unsafe Array($0)) }
        let padding = [UInt8](repeating: UInt8(ascii: "="), count: (4 - base64.count % 4) % 4)
        let body = base64 + padding
        var text = Array("-----BEGIN \(label)-----\n".utf8)
        for start in stride(from: 0, to: body.count, by: 64) {
            text += body[start..<min(start + 64, body.count)]
            text.append(UInt8(ascii: "\n"))
        }
        return SecretBytes(copying: text + Array("-----END \(label)-----\n".utf8))
    }
}

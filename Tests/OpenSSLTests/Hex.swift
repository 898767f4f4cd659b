import Foundation
import Platform
import Testing

/// The bytes that a string of hexadecimal digits stands for.
func bytes(hex: String) throws -> [UInt8] {
    try #require(hex.utf8.count % 2 == 0)
    let digits = Array(hex.utf8)
    return try stride(from: 0, to: digits.count, by: 2).map { position in
        let pair = String(decoding: digits[position...position + 1], as: UTF8.self)
        return try #require(UInt8(pair, radix: 16))
    }
}

func bytes(base64: String) throws -> [UInt8] {
    [UInt8](try #require(Data(base64Encoded: base64, options: .ignoreUnknownCharacters)))
}

func secret(_ bytes: [UInt8]) -> SecretBytes {
    SecretBytes(copying: bytes)
}

import Foundation

/// Tokens as a service signs them, with code that shares nothing with the tool.
package enum ServiceToken {
    /// Signs `payload` with HS256.
    package static func sign(_ payload: String, secret: String = Sandbox.secret) -> String {
        sign(header: #"{"alg":"HS256","typ":"JWT"}"#, payload: Array(payload.utf8), secret: secret)
    }

    /// Signs a header and a payload that may be anything.
    package static func sign(
        header: String, payload: [UInt8], secret: String = Sandbox.secret
    ) -> String {
        let input = Data(header.utf8).base64URL + "." + Data(payload).base64URL
        return input + "." + Data(hmac(key: Array(secret.utf8), Array(input.utf8))).base64URL
    }

    /// A token of `user` that was issued `age` seconds ago, by this machine's clock.
    package static func of(_ user: String, jti: String?, age: Int = 0, lives: Int = 3600) -> String
    {
        let now = Int(time(nil))
        let id = jti.map { #","jti":"\#($0)""# } ?? ""
        return sign(#"{"sub":"\#(user)","iat":\#(now - age),"exp":\#(now + lives)\#(id)}"#)
    }

    /// RFC 2104.
    private static func hmac(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        let key = (key.count > 64 ? sha256(key) : key)
        let block = key + [UInt8](repeating: 0, count: 64 - key.count)
        return sha256(block.map { $0 ^ 0x5c } + sha256(block.map { $0 ^ 0x36 } + message))
    }

    /// The fractions of the roots of the first 64 primes (FIPS 180-4 section 4.2.2).
    private static let (constants, start): ([UInt32], [UInt32]) = {
        let primes = (2...311).filter { n in (2..<n).allSatisfy { n % $0 != 0 } }
        func fraction(_ root: Double) -> UInt32 {
            UInt32((root - root.rounded(.down)) * 4_294_967_296)
        }
        return (
            primes.map { fraction(cbrt(Double($0))) },
            primes.prefix(8).map { fraction(Double($0).squareRoot()) }
        )
    }()

    /// FIPS 180-4.
    private static func sha256(_ message: [UInt8]) -> [UInt8] {
        let constants = Self.constants
        var state = Self.start
        var padded = message + [0x80]
        padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
        padded += withUnsafeBytes(of: UInt64(message.count * 8).bigEndian, Array.init)
        func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
        for start in stride(from: 0, to: padded.count, by: 64) {
            var w = (0..<16).map { word in
                (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(padded[start + word * 4 + $1]) }
            }
            for t in 16..<64 {
                let a = rotated(w[t - 15], 7) ^ rotated(w[t - 15], 18) ^ w[t - 15] >> 3
                let b = rotated(w[t - 2], 17) ^ rotated(w[t - 2], 19) ^ w[t - 2] >> 10
                w.append(w[t - 16] &+ a &+ w[t - 7] &+ b)
            }
            var v = state
            for t in 0..<64 {
                let s1 = rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)
                let choice = v[4] & v[5] ^ ~v[4] & v[6]
                let t1 = v[7] &+ s1 &+ choice &+ constants[t] &+ w[t]
                let s0 = rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)
                let t2 = s0 &+ (v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2])
                v = [t1 &+ t2, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
            }
            for index in 0..<8 { state[index] = state[index] &+ v[index] }
        }
        return state.flatMap { value in withUnsafeBytes(of: value.bigEndian, Array.init) }
    }
}

extension Data {
    /// RFC 4648 section 5, without padding.
    package var base64URL: String {
        base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}

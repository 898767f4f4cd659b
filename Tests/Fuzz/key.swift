import JOSE
import JSON
import Platform

/// The key loader: nothing becomes an HMAC secret that does not say so.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    examine(data, count) { input in
        let content = SecretBytes(copying: input)
        for encoding in SecretEncoding.allCases {
            guard let key = secret(content, encoding) else { continue }
            guard case .secret = key.material else { fatalError("a secret is a secret") }
        }
        guard let keys = accepted({ () throws(KeyError) in try KeyParser.parse(content) })
        else { return }
        require(keys.isSet || keys.keys.count == 1, "what is accepted is a key or a set")
        let octets = symmetricKeyCount(input)
        var secrets = 0
        for key in keys.keys {
            if case .secret = key.material { secrets += 1 }
            require(!key.description.isEmpty, "a key can be named")
            _ = key.algorithms(to: .sign)
            _ = key.algorithms(to: .verify, allowWeak: true)
        }
        require(secrets <= octets, "only kty oct is a secret")
        for encoding in [SecretEncoding.text, .raw] {
            require(secret(content, encoding) == nil, "a key is refused as a secret")
        }
        let armored = SecretBytes(copying: Base64.standard.encode(input))
        guard input.count % 3 == 0 else { return }
        require(secret(armored, .base64) == nil, "in base64 too")
    }
}

private func secret(_ content: SecretBytes, _ encoding: SecretEncoding) -> Key? {
    accepted { () throws(KeyError) in try Secret.parse(content, encoding: encoding) }
}

/// How many JWKs of the content say `oct`.
private func symmetricKeyCount(_ input: [UInt8]) -> Int {
    guard
        let object = accepted({ () throws(JSONError) in try JSONParser.parse(input) })?.objectValue
    else { return 0 }
    let members = object["keys"]?.arrayValue ?? [.object(object)]
    return members.count { $0.objectValue?["kty"] == .string("oct") }
}

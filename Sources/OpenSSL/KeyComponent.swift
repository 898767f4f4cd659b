internal import COpenSSL
internal import Platform

/// One named part of a key on its way into `EVP_PKEY_fromdata`.
///
/// OpenSSL's own builder (`OSSL_PARAM_BLD`) copies private numbers into memory that nobody wipes;
/// here they stay in `SecretBytes` and are only pointed at.
struct KeyComponent {
    /// How OpenSSL is to read the bytes.
    private enum Form {
        case integer
        case octets
        case text
    }

    private let name: [CChar]
    private let form: Form
    private let bytes: SecretBytes

    /// A non-negative integer, big-endian.
    static func integer(_ name: String, _ bigEndian: SecretBytes) -> KeyComponent {
        // OSSL_PARAM wants the machine's own byte order.
        let native = unsafe SecretBytes(capacity: bigEndian.count) { target in
            unsafe bigEndian.withBytes { source in
                for position in 0..<bigEndian.count {
                    let place = 1.littleEndian == 1 ? bigEndian.count - 1 - position : position
                    unsafe target[place] = source[position]
                }
                return source.count
            }
        }
        return KeyComponent(name: Array(name.utf8CString), form: .integer, bytes: native)
    }

    /// Bytes as they are: an encoded point, a raw Edwards key.
    static func octets(_ name: String, _ bytes: SecretBytes) -> KeyComponent {
        KeyComponent(name: Array(name.utf8CString), form: .octets, bytes: bytes)
    }

    /// A name, such as that of a curve. With a NUL: OpenSSL 3.0 compares names as C strings,
    /// whatever length they are given with.
    static func text(_ name: String, _ text: String) -> KeyComponent {
        let bytes = SecretBytes(copying: Array(text.utf8) + [0])
        return KeyComponent(name: Array(name.utf8CString), form: .text, bytes: bytes)
    }

    /// Lends all components as the array that OpenSSL reads; it ends with the usual empty entry.
    static func withParameters<Result>(
        _ components: ArraySlice<KeyComponent>, _ done: [OSSL_PARAM] = unsafe [],
        _ body: (UnsafeMutablePointer<OSSL_PARAM>) -> Result
    ) -> Result {
        guard let component = components.first else {
            var all = unsafe done
            unsafe all.append(OSSL_PARAM_construct_end())
            return unsafe all.withUnsafeMutableBufferPointer { all in
                guard let base = all.baseAddress else { preconditionFailure() }
                return unsafe body(base)
            }
        }
        return unsafe component.withParameter { parameter in
            unsafe withParameters(components.dropFirst(), done + [parameter], body)
        }
    }

    /// Lends this component.
    private func withParameter<Result>(_ body: (OSSL_PARAM) -> Result) -> Result {
        unsafe name.withUnsafeBufferPointer { name in
            unsafe bytes.withBytes { bytes in
                guard let key = name.baseAddress else { preconditionFailure() }
                // OSSL_PARAM is used for output too, hence its mutable pointer; fromdata only reads.
                let data = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                switch form {
                case .integer:
                    return unsafe body(
                        OSSL_PARAM_construct_BN(
                            key, data?.assumingMemoryBound(to: UInt8.self), bytes.count))
                case .octets:
                    return unsafe body(
                        OSSL_PARAM_construct_octet_string(key, data, bytes.count))
                case .text:
                    return unsafe body(
                        OSSL_PARAM_construct_utf8_string(
                            key, data?.assumingMemoryBound(to: CChar.self), bytes.count - 1))
                }
            }
        }
    }
}

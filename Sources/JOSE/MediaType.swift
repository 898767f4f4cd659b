package import JSON

/// The value of `typ` or `cty` in the form in which two can be compared: RFC 7515 section 4.1.9
/// lets `application/` be left out where no other slash follows, RFC 2045 ignores case.
package struct MediaType: Equatable, Sendable {
    private let bytes: [UInt8]

    package init(_ name: JSONString) {
        let lower = name.utf8.map { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
        bytes = lower.contains(UInt8(ascii: "/")) ? lower : Array("application/".utf8) + lower
    }
}

import CommandKit
import JSON

/// Text of others on a terminal: nothing in it acts, hides or takes more room than it has.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    examine(data, count) { input in
        let text = VisibleText.escape(input)
        checkHarmless(text)
        require(unescaped(text) == input, "distinct inputs have distinct outputs")
        require(
            VisibleText.escape(text).unicodeScalars.filter { $0 != "\\" }
                == text.unicodeScalars.filter { $0 != "\\" }, "escaped again, only backslashes grow"
        )
        let columns = Int(input.first ?? 0)
        let short = VisibleText.escape(input, columns: columns)
        checkHarmless(short)
        require(DisplayWidth.of(short) <= columns, "no more columns than there are")
        require(
            short.utf8.elementsEqual(text.utf8)
                || columns == 0 && short.isEmpty
                || short.utf8.suffix(3).elementsEqual("…".utf8)
                    && text.utf8.starts(with: short.utf8.dropLast(3)),
            "what is cut is the beginning and an ellipsis")
        checkJSON(String(decoding: input, as: UTF8.self))
    }
}

/// C0, DEL, C1, bidi, zero-width, separators, tags: by their numbers, not by the code's own list.
private func checkHarmless(_ text: String) {
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
            0x61C, 0xE0000...0xE007F:
            fatalError("U+\(String(scalar.value, radix: 16)) got through")
        default: break
        }
    }
}

/// The bytes that an escaped text stands for.
private func unescaped(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var scalars = text.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
        guard scalar == "\\" else {
            bytes += UTF8.encode(scalar).map(Array.init) ?? []
            continue
        }
        switch scalars.next() {
        case "\\": bytes.append(UInt8(ascii: "\\"))
        case "x":
            let digits = [scalars.next(), scalars.next()].compactMap(\.self).map(Character.init)
            guard let byte = UInt8(String(digits), radix: 16) else { return nil }
            bytes.append(byte)
        case "u":
            guard scalars.next() == "{" else { return nil }
            var digits = ""
            while let digit = scalars.next(), digit != "}" { digits.unicodeScalars.append(digit) }
            guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
                return nil
            }
            bytes += UTF8.encode(scalar).map(Array.init) ?? []
        default: return nil
        }
    }
    return bytes
}

/// The JSON writer on the same text: whatever it is, the result is JSON and says the same.
private func checkJSON(_ text: String) {
    for escaping in [JSONEscaping.minimal, .visible] {
        let object: JSONObject = [JSONString(text): .string(text)]
        let bytes = object.encoded(.compact, escaping: escaping)
        let again = accepted { () throws(JSONError) in try JSONParser.parse(bytes) }
        require(again == .object(object), "hostile text is kept by JSON")
        require(!bytes.contains { $0 < 0x20 }, "no control character is written")
    }
}

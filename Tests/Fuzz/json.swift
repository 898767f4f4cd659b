import JSON

/// The JSON parser and its writer: one meaning for each text, which writing keeps.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    examine(data, count) { input in
        guard let value = parse(input) else { return }
        require(
            depth(value) <= JSONParser.defaultMaximumDepth
                && maximumDepth(of: input) == depth(value),
            "the depth is bounded, and that of the text")
        checkNames(value)
        for style in [JSONStyle.compact, .pretty] {
            for escaping in [JSONEscaping.minimal, .visible] {
                let text = value.encoded(style, escaping: escaping)
                guard let again = parse(text) else { fatalError("what is written parses") }
                require(again == value, "writing keeps the value")
                require(again.encoded(style, escaping: escaping) == text, "writing is final")
                guard escaping == .visible else { continue }
                require(
                    !String(decoding: text, as: UTF8.self).unicodeScalars.contains {
                        $0.isDeceptive && $0 != "\n"
                    }, "nothing deceptive is written")
            }
        }
    }
}

private func parse(_ text: [UInt8]) -> JSONValue? {
    accepted { () throws(JSONError) in try JSONParser.parse(text) }
}

private func depth(_ value: JSONValue) -> Int {
    switch value {
    case .array(let elements): 1 + (elements.map(depth).max() ?? 0)
    case .object(let object): 1 + (object.members.map { depth($0.value) }.max() ?? 0)
    default: 0
    }
}

/// The depth by brackets outside strings, without any parsing.
private func maximumDepth(of text: [UInt8]) -> Int {
    var (depth, deepest, isInString, isEscaped) = (0, 0, false, false)
    for byte in text {
        if isEscaped {
            isEscaped = false
        } else if isInString {
            isEscaped = byte == UInt8(ascii: "\\")
            isInString = byte != UInt8(ascii: "\"")
        } else if byte == UInt8(ascii: "\"") {
            isInString = true
        } else if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
            depth += 1
            deepest = max(deepest, depth)
        } else if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") {
            depth -= 1
        }
    }
    return deepest
}

/// No object has two members of one name, and each is found by its name.
private func checkNames(_ value: JSONValue) {
    switch value {
    case .array(let elements): elements.forEach(checkNames)
    case .object(let object):
        require(Set(object.names.map(\.utf8)).count == object.members.count, "no name comes twice")
        for member in object.members {
            require(object[member.name] == member.value, "a member is found by its name")
            checkNames(member.value)
        }
    default: break
    }
}

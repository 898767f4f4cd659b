internal import JSON

/// Recognizes the value that a layout writes, as its application or another serializer of the same
/// platform spells it.
struct StringProbe: TextProbe {
    /// The value with the defaults of the variables; nil if one of them has none.
    let closed: Template?
    /// The value with variables open.
    let open: Template
    let requiresEnd: Bool

    var isSelective: Bool { (closed ?? open).holes.isEmpty }

    func judge(text: [UInt8]) -> ProbeFinding {
        if let closed = closed ?? (open.holes.contains(where: \.isVariable) ? nil : open),
            let finding = judge(text, closed)
        {
            return finding
        }
        // A variable may have another value, if that is short enough to be one.
        guard open.holes.contains(where: \.isVariable), text.count <= 64,
            let holes = open.parse(text)
        else { return ProbeFinding(.differs) }
        let isMarker =
            open.parts.count == 1 && Self.markers.contains { $0.utf8.elementsEqual(text) }
        var finding = ProbeFinding(isMarker ? .fits(isTelling: false) : .neutral)
        finding.variables = KeyPattern.variables(holes)
        return finding
    }

    /// The verdict by the defaults; nil if the text may fit with other values of variables.
    private func judge(_ text: [UInt8], _ closed: Template) -> ProbeFinding? {
        if closed.parts == [.hole(.entry, [])] {
            let isShort = text == DenyEntry.shortValue
            return ProbeFinding(
                isShort || DenyEntry(value: text) != DenyEntry()
                    ? .fits(isTelling: !isShort) : .differs)
        }
        if closed.parts == [.hole(.reason, [])] { return ProbeFinding(.neutral) }
        guard closed.holes.isEmpty else {
            return closed.parse(text).map { _ in ProbeFinding(.fits(isTelling: true)) }
        }
        if text == closed.literal { return ProbeFinding(.fits(isTelling: text.count > 4)) }
        guard open.holes.isEmpty, Self.spellings(of: closed.literal).contains(text) else {
            return nil
        }
        return ProbeFinding(.fits(isTelling: text.count > 3 && text != Self.jsonTrue))
    }

    /// Values that applications use if only the key counts.
    private static let markers = [
        "true", "True", "yes", "revoked", "blacklisted", "blocked", "invalid", "invalidated",
        "logout", "logged_out",
    ]

    private static let jsonTrue = Array("true".utf8)

    /// How other serializers of the same platform write a value: PHP's igbinary an empty array;
    /// Python's pickle, of protocols 2 to 5, its msgpack and JSON `True` and `1`.
    private static func spellings(of value: [UInt8]) -> [[UInt8]] {
        if value.elementsEqual("a:0:{}".utf8) { return [[0, 0, 0, 2, 0x14, 0]] }
        guard value == [UInt8(ascii: "1")] else { return [] }
        let versions: [UInt8] = [2, 3, 4, 5]
        let pickled = versions.flatMap { version -> [[UInt8]] in
            [[0x80, version, 0x88, 0x2e], [0x80, version, 0x4b, 1, 0x2e]]
        }
        return pickled + [[0xc3], jsonTrue]
    }
}

/// Recognizes JSON objects with a member at the end of a path. Without a path, it only rejects a
/// text in quotes, which another serializer wrote.
struct JSONProbe: TextProbe {
    let path: [JSONString]

    var isSelective: Bool { !path.isEmpty }

    func judge(text: [UInt8]) -> ProbeFinding { ProbeFinding(verdict(text)) }

    private func verdict(_ text: [UInt8]) -> ProbeFinding.Verdict {
        guard !path.isEmpty else {
            return text.first == UInt8(ascii: "\"") ? .differs : .neutral
        }
        do throws(JSONError) {
            var found: JSONValue? = try JSONParser.parse(text)
            for name in path { found = found?.objectValue?[name] }
            return found == nil ? .differs : .fits(isTelling: true)
        } catch {
            // It may be longer than the part that was read, or written by another serializer.
            return text.first == UInt8(ascii: "{") ? .neutral : .differs
        }
    }
}

internal import Platform

/// A key of a sample. What does not depend on a pattern is found out once for all patterns.
struct SampledKey {
    let bytes: [UInt8]
    private var randomStart: Int??

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The place where the random end of the key begins; nil if there is none.
    mutating func startOfRandomEnd() -> Int? {
        if let randomStart { return randomStart }
        let start = NameShape.startOfRandomEnd(of: bytes)
        randomStart = .some(start)
        return start
    }
}

/// The form of the keys of one store, compared with each of up to a million keys: a class, so that
/// it is never copied.
package final class KeyPattern {
    /// How much a matching name proves, the strongest first. A key counts only for the strongest
    /// tier that it fits.
    package enum Tier: Int, CaseIterable {
        /// It contains the layout's own words, and all variables have their defaults.
        case own
        /// It contains the layout's own words, and variables may have any value.
        case open
        /// It contains little of its own, such as a colon.
        case weak
        /// Nothing but the shape of the id, which the value has to confirm.
        case shape
    }

    let layout: Int
    package let role: DetectedLayout.Role
    /// The role's place among all.
    let rolePlace: Int
    package let template: Template
    package let probe: any ValueProbe
    package let tier: Tier
    /// Whether ids are whole tokens.
    let isByText: Bool
    /// Whether the template ends with a variable and an id, told apart by the id's shape.
    private let splitsByShape: Bool
    private let prefix: [UInt8]
    private let suffix: [UInt8]
    /// A text that every key contains somewhere in the middle; empty if each begins or ends with
    /// one.
    private let anchor: [UInt8]
    /// How much of its own the template has.
    package let weight: Int

    /// nil where no key could be told by it.
    init?(
        _ template: Template, layout: Int, role: DetectedLayout.Role, probe: any ValueProbe,
        naming: Naming
    ) {
        self.layout = layout
        self.role = role
        rolePlace = DetectedLayout.Role.allCases.firstIndex(of: role) ?? 0
        self.template = template
        self.probe = probe
        isByText = naming.isByText
        let literals = template.parts.compactMap(\.literal)
        // No other application writes a word together with a whole token.
        let hasToken = naming.isByText && template.holes.contains(.id) && !literals.isEmpty
        weight = literals.reduce(hasToken ? Self.telling : 0) { $0 + Self.weight($1) }
        let variables = template.holes.filter(\.isVariable)
        let isPlain = template.codec == .raw
        let end = template.parts.suffix(2)
        splitsByShape =
            isPlain && variables.count == 1 && end.count == 2 && end.first?.hole == variables[0]
            && end.last?.hole == .id && template.parts.dropLast(2).allSatisfy { $0.literal != nil }
        let isReadable = zip(template.parts, template.parts.dropFirst()).allSatisfy {
            $0.literal != nil || $1.literal != nil
        }
        let isTelling = weight >= Self.telling || !isPlain
        let namesID = template.holes.contains(.id)
        switch (variables.isEmpty, isReadable) {
        case (true, true) where isTelling || (isByText && namesID): tier = .own
        case (true, true) where !literals.isEmpty: tier = .weak
        case (true, true) where namesID: tier = .shape
        case (false, true) where isTelling: tier = .open
        case (false, true) where probe.isSelective && namesID: tier = .shape
        case (false, false) where splitsByShape && probe.isSelective && !isByText: tier = .shape
        default: return nil
        }
        prefix = isPlain ? template.parts.first?.literal ?? [] : []
        suffix = isPlain && template.parts.count > 1 ? template.parts.last?.literal ?? [] : []
        anchor =
            isPlain && prefix.isEmpty && suffix.isEmpty
            ? literals.max { $0.count < $1.count } ?? [] : []
    }

    /// The weight from which on a name is characteristic: `jwt_label:` is, `set:` is not.
    private static let telling = 4

    /// The number of letters and digits. A sign that is not a usual separator counts for two.
    private static func weight(_ literal: [UInt8]) -> Int {
        literal.reduce(0) { sum, byte in
            switch byte {
            case _ where byte.isAlphanumeric: sum + 1
            case UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "/"), UInt8(ascii: " "):
                sum
            default: sum + 2
            }
        }
    }

    /// The first byte of every key; nil if it can be any.
    var firstByte: UInt8? { prefix.first }

    /// What a key names, if it can be one of these.
    func match(_ sampled: inout SampledKey) -> [Template.Hole: [UInt8]]? {
        let key = sampled.bytes
        guard key.count >= prefix.count + suffix.count, prefix.isEmpty || key.starts(with: prefix),
            suffix.isEmpty || key.suffix(suffix.count).elementsEqual(suffix),
            anchor.isEmpty || Self.contains(key, anchor)
        else { return nil }
        let holes: [Template.Hole: [UInt8]]
        if splitsByShape {
            guard let start = sampled.startOfRandomEnd(), start > prefix.count,
                let variable = template.parts.suffix(2).first?.hole
            else { return nil }
            holes = [variable: Array(key[prefix.count..<start]), .id: Array(key[start...])]
        } else {
            // A template of one hole matches any key, so that the shape is checked before it is
            // parsed.
            if template.parts.count == 1, template.codec == .raw, tier != .own || isByText {
                guard isByText ? NameShape.isToken(key) : sampled.startOfRandomEnd() == 0 else {
                    return nil
                }
            }
            guard let parsed = template.parse(key) else { return nil }
            holes = parsed
        }
        return isPlausible(holes) ? holes : nil
    }

    private func isPlausible(_ holes: [Template.Hole: [UInt8]]) -> Bool {
        for (hole, value) in holes where hole.isVariable && value.count > 64 { return false }
        guard let id = holes[.id] else { return true }
        if isByText { return NameShape.isToken(id) }
        let isNamed = tier.rawValue < Tier.weak.rawValue && role != .link
        return isNamed || NameShape.isRandom(id)
    }

    /// The values of variables that the holes tell.
    static func variables(_ holes: [Template.Hole: [UInt8]]) -> [String: [UInt8]] {
        var values: [String: [UInt8]] = [:]
        for case (.variable(let name), let value) in holes { values[name] = value }
        return values
    }

    /// The key in a form that may be shown, with ids and users cut short.
    func masked(_ holes: [Template.Hole: [UInt8]]) -> [UInt8] {
        template.parts.flatMap { part -> [UInt8] in
            switch part {
            case .literal(let bytes): return bytes
            case .hole(let hole, let filters):
                let value = holes[hole] ?? []
                if hole.isVariable { return value }
                // Other filters cannot be undone, so that the text is as it was in the key.
                let text = filters == [.pct] ? PercentEncoding.encode(value) : value
                return text.prefix(min(4, text.count / 2)) + Array("…".utf8)
            }
        }
    }

    private static func contains(_ text: [UInt8], _ needle: [UInt8]) -> Bool {
        guard let first = needle.first, text.count >= needle.count else { return false }
        var start = 0
        let last = text.count - needle.count
        while start <= last {
            if text[start] == first {
                var index = 1
                while index < needle.count, text[start + index] == needle[index] { index += 1 }
                if index == needle.count { return true }
            }
            start += 1
        }
        return false
    }
}

/// What ids look like. For a key without a word of its own, the shape of the id is the only
/// evidence.
package enum NameShape {
    /// Three segments of base64url, the first of which begins a JSON object.
    static func isToken(_ text: some Collection<UInt8>) -> Bool {
        guard text.count >= 20, text.starts(with: "eyJ".utf8) else { return false }
        var dots = 0
        for byte in text {
            if byte == UInt8(ascii: ".") {
                dots += 1
            } else if !isBase64URL(byte) {
                return false
            }
        }
        return dots == 2
    }

    /// Whether a text was made at random, as a `jti` is: a UUID, hexadecimal digits, or base64url
    /// of all sorts.
    static func isRandom(_ text: some BidirectionalCollection<UInt8>) -> Bool {
        let count = text.count
        if count == 36, isUUID(text) { return true }
        guard (16...128).contains(count) else { return false }
        var hasUpper = false
        var hasLower = false
        var hasDigit = false
        var isHex = true
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
            case UInt8(ascii: "a")...UInt8(ascii: "f"): hasLower = true
            case UInt8(ascii: "g")...UInt8(ascii: "z"):
                hasLower = true
                isHex = false
            case UInt8(ascii: "A")...UInt8(ascii: "F"): hasUpper = true
            case UInt8(ascii: "G")...UInt8(ascii: "Z"):
                hasUpper = true
                isHex = false
            case UInt8(ascii: "-"), UInt8(ascii: "_"): isHex = false
            default: return false
            }
        }
        if isHex { return hasDigit && hasLower != hasUpper && count.isMultiple(of: 2) }
        return count >= 20 && hasUpper && hasLower && hasDigit
    }

    /// Where the random text begins with which a key ends; nil where it ends with none.
    package static func startOfRandomEnd(of key: [UInt8]) -> Int? {
        if key.count >= 36, isUUID(key.suffix(36)) { return key.count - 36 }
        let start = key.lastIndex { !isBase64URL($0) }.map { $0 + 1 } ?? 0
        let underscore = key[start...].lastIndex(of: UInt8(ascii: "_")).map { $0 + 1 }
        return [underscore, start].compactMap(\.self).first { isRandom(key[$0...]) }
    }

    private static func isUUID(_ text: some Collection<UInt8>) -> Bool {
        zip(0..., text).allSatisfy { index, byte in
            switch index {
            case 8, 13, 18, 23: byte == UInt8(ascii: "-")
            default: byte.hexDigitValue != nil
            }
        }
    }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}

/// ASCII alone: names of keys are bytes.
extension UInt8 {
    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
    var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }
    var isAlphanumeric: Bool { isDigit || isLetter }
}

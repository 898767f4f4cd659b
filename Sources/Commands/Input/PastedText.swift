internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The place of a token in the input. Other text, such as a log, may contain a token that the
/// operator does not mean.
enum TokenPlace: Equatable, Sendable {
    /// Alone, in quotes, or as the value of an Authorization line.
    case itself
    /// The value of a Cookie line, or a field that is the token alone.
    case field
    /// In other text.
    case text
}

/// The one reader of what people give as a token or an id.
enum PastedText {
    /// The result of reading a text.
    enum Reading: Equatable {
        /// The tokens in it, at least one.
        case tokens([[UInt8]], TokenPlace)
        /// No token. The text without quotes may be an id.
        case id([UInt8])
        /// It follows `Bearer`, and is no JWT.
        case opaque([UInt8])
    }

    /// Reads a text of any kind. Throws if it contains a fragment of a token, which is always a
    /// mistake.
    static func read(_ text: [UInt8]) throws(Failure) -> Reading {
        let stripped = TokenText.strip(text)
        if isWholeToken(stripped) { return .tokens([stripped], .itself) }
        if let joined = joined(stripped) { return .tokens([joined], .itself) }
        let sightings = TokenScanner.sightings(in: text[...])
        for sighting in sightings {
            if let fault = sighting.fault { throw failure(fault, sighting, in: text) }
        }
        guard let first = sightings.first else {
            let isWord = stripped.allSatisfy(TokenScanner.isLetter)
            // It has the two dots of a token: the parser says what is wrong with it.
            if isWord, stripped.count(where: { $0 == UInt8(ascii: ".") }) == 2 {
                return .tokens([stripped], .itself)
            }
            // White space and quotes alone make no token of an id; a scheme or a name does.
            if stripped != TokenText.withoutQuotes(text) { return .opaque(stripped) }
            return TokenText.tokenField(stripped).map { .opaque($0) } ?? .id(stripped)
        }
        guard sightings.count == 1 else { return .tokens(sightings.map(\.bytes), .text) }
        return .tokens([first.bytes], place(of: first.bytes, in: text, stripped))
    }

    /// Whether a text is a token and nothing else.
    static func isToken(_ text: [UInt8]) -> Bool {
        do throws(Failure) {
            return try read(text) == .tokens([text], .itself)
        } catch {
            return false
        }
    }

    /// Whether a line is the beginning of a token and nothing else.
    static func mayBeWrapped(_ line: [UInt8]) -> Bool {
        line.starts(with: "eyJ".utf8)
            && TokenScanner.dotCount(line[...]) < 2 && TokenScanner.isRun(line[...])
    }

    /// A token that was wrapped over lines, where all of them are there; nil for any other text.
    static func joined(_ text: [UInt8]) -> [UInt8]? {
        guard text.starts(with: "eyJ".utf8), text.contains(0x0A) || text.contains(0x0D) else {
            return nil
        }
        let lines = text.split { $0 == 0x0A || $0 == 0x0D }.map(TokenText.withoutQuotes)
        guard let first = lines.first, lines.allSatisfy({ $0.allSatisfy(TokenScanner.isLetter) }),
            // A whole token, and then something else, are two things.
            !isWholeToken(first) || lines.dropLast().allSatisfy({ $0.count == first.count })
        else { return nil }
        let joined = Array(lines.joined())
        return isWholeToken(joined) ? joined : nil
    }

    /// Whether a text has the shape of a token and nothing else. Nearly all tokens come like this,
    /// and need no further examination.
    static func isWholeToken(_ text: [UInt8]) -> Bool {
        guard text.first == UInt8(ascii: "e"), text.starts(with: "eyJ".utf8) else { return false }
        return TokenScanner.dotCount(text[...]) == 2 && TokenScanner.isRun(text[...])
            && !text.dropFirst(3).starts(with: "..".utf8)
    }

    // MARK: - Places

    /// The place of `token` in `text`. `stripped` is the text without white space and quotes around
    /// it.
    private static func place(
        of token: [UInt8], in text: [UInt8], _ stripped: [UInt8]
    ) -> TokenPlace {
        if stripped == token { return .itself }
        return standsAlone(token, in: text) || isField(token, of: text) ? .field : .text
    }

    /// Whether `token` is all that a field of `text` says.
    private static func isField(_ token: [UInt8], of text: [UInt8]) -> Bool {
        let line = TokenText.withoutQuotes(text)
        if let cookies = TokenText.value(ofHeaders: ["cookie", "set-cookie"], in: line) {
            return cookies.split(separator: UInt8(ascii: ";")).contains { piece in
                TokenText.assigned(piece).map { TokenText.strip($0) == token } ?? false
            }
        }
        if line.first == UInt8(ascii: "{") {
            return json(line)?.objectValue.map { members in
                members.members.contains { member in
                    guard let text = member.value.stringValue?.utf8 else { return false }
                    // Any other member may hold what a client has sent.
                    let isHeader = member.name.text.lowercased() == "authorization"
                    return isHeader ? TokenText.strip(text) == token : text.elementsEqual(token)
                }
            } ?? false
        }
        if let value = TokenText.assigned(line[...]), TokenText.strip(value) == token {
            return true
        }
        return [UInt8(ascii: "\t"), UInt8(ascii: ",")].contains { separator in
            let fields = line.split(separator: separator, omittingEmptySubsequences: false)
            return fields.count > 1 && fields.contains { TokenText.strip($0) == token }
        }
    }

    /// Whether there is nothing but brackets and punctuation around `token`.
    private static func standsAlone(_ token: [UInt8], in text: [UInt8]) -> Bool {
        guard let range = text.firstRange(of: token) else { return false }
        return [text[..<range.lowerBound], text[range.upperBound...]].allSatisfy { part in
            String(decoding: part, as: UTF8.self).unicodeScalars.allSatisfy { scalar in
                !scalar.properties.isAlphabetic && scalar.properties.numericType == nil
                    && !"%\\=".unicodeScalars.contains(scalar)
            }
        }
    }

    /// The JSON value that a text is; nil for any other text.
    static func json(_ text: [UInt8]) -> JSONValue? {
        do throws(JSONError) {
            return try JSONParser.parse(text)
        } catch {
            return nil
        }
    }

    // MARK: - Refusals

    /// The failure for a fragment of a token, with its offset and a remedy.
    private static func failure(
        _ fault: TokenSighting.Fault, _ sighting: TokenSighting, in text: [UInt8]
    ) -> Failure {
        func malformed(_ what: String, _ hint: String?) -> Failure {
            Failure(.malformed, "malformed", "malformed token: \(what)", hint: hint)
        }
        let end = sighting.offset + sighting.bytes.count
        switch fault {
        case .encoded:
            return malformed("this is a token in base64", "decode it first: base64 -d")
        case .encrypted:
            return malformed(
                "five segments: an encrypted token (JWE)",
                "its claims can only be read with the recipient's key")
        case .joined:
            return malformed(
                "two tokens run together, at byte \(sighting.offset)", "put each on its own line")
        case .segments(4) where isSignedCookie(text, at: sighting.offset):
            return malformed(
                "4 segments: this is a cookie signed by Express",
                "pass the token alone, between 's:' and the last dot")
        case .segments(let count):
            return malformed("\(count) segments instead of 3", "pass the token alone")
        case .prefixed:
            return malformed(
                "the text before byte \(sighting.offset) may belong to it",
                "pass the token alone")
        case .startMissing: return malformed("its beginning is missing", "was it truncated?")
        case .cut(.lineBreak):
            return malformed("a line break at byte \(end)", "join the lines")
        case .cut(.padding):
            return malformed("padding (=) at byte \(end)", "base64url has no padding: remove it")
        case .cut(.otherAlphabet):
            return malformed(
                "a character at byte \(end) that base64url does not have",
                "tokens use '-' and '_' instead of '+' and '/'")
        case .cut(let next):
            if next == .other, let name = InvisibleText.name(in: text, at: end) {
                return malformed("\(name) at byte \(end)", "remove it")
            }
            return cut(sighting.bytes)
        }
    }

    /// Whether the text before `offset` is what Express puts in front of a signed cookie.
    private static func isSignedCookie(_ text: [UInt8], at offset: Int) -> Bool {
        ["s:", "s%3A", "s%3a"].contains {
            text[..<offset].suffix($0.utf8.count).elementsEqual($0.utf8)
        }
    }

    /// The failure for a token that ends too early, in the words of the parser.
    private static func cut(_ bytes: [UInt8]) -> Failure {
        do {
            _ = try CompactToken(parsing: bytes).claims()
            return Failure(.malformed, "malformed", "malformed token")
        } catch {
            return Diagnostics.failure(for: error)
        }
    }
}

/// Watches the lines of a file for tokens that were wrapped over several: a piece of one looks like an
/// id. Where all lines of a token are there, `LineSource.continuation` has joined them before.
struct TokenWrap {
    /// The failure for a line that continues a token.
    static let piece = Failure(
        .malformed, "malformed", "malformed token: part of a token that was wrapped over lines",
        hint: "join the lines of each token")

    /// The length of the lines, while the next one may be a piece of the same token.
    private var width: Int?

    /// Whether a line goes on with the token of the lines before.
    mutating func takesPiece(_ line: [UInt8]) -> Bool {
        guard let width else { return false }
        let run = Self.run(line)
        let isPiece = !run.isEmpty && run.count <= width && TokenScanner.isRun(run[...])
        // The last piece is a shorter one.
        self.width = isPiece && run.count == width ? width : nil
        return isPiece
    }

    /// Takes note of a line that was refused, if it may end in the middle of a token.
    mutating func note(refused line: [UInt8]) {
        let run = Self.run(line)
        guard TokenScanner.isRun(run[...]), !TokenScanner.sightings(in: run[...]).isEmpty else {
            return
        }
        width = run.count
    }

    /// Takes note of the last item of a line, if it is a token whose signature may go on.
    mutating func note(_ item: Item?, of line: [UInt8]) {
        guard case .token(let token, _, _)? = item, TokenOddity.mayBeCut(token) else { return }
        width = Self.run(line).count
    }

    /// A line without what editors and shells put around a piece of a long word.
    private static func run(_ line: [UInt8]) -> [UInt8] {
        TokenText.withoutQuotes(line.last == UInt8(ascii: "\\") ? Array(line.dropLast()) : line)
    }
}

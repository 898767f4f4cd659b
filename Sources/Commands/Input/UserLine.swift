internal import CommandKit
internal import JOSE
internal import JSON
internal import TokenStore

/// A user in a line: the line as it is, byte for byte, or `{"user":…}` where that could be read
/// otherwise.
enum UserLine {
    /// Throws where a person may have meant something else by the line.
    static func read(_ line: [UInt8]) throws -> Identifier {
        if line.first == UInt8(ascii: "{"), let object = PastedText.object(line),
            let value = object["user"] ?? object["sub"]
        {
            guard let user = value.stringValue else {
                throw Failure(
                    .usage, "invalid_line", "the object's user is not a string",
                    hint: "write it in quotes: {\"user\":\"7\"}")
            }
            guard object["user"] == nil || object["sub"] == nil || object["user"] == object["sub"]
            else { throw Failure(.usage, "invalid_line", "'user' and 'sub' differ") }
            return try Identifier(user.utf8)
        }
        try refuseToken(line)
        let user = try Identifier(line)
        // The feed has told of a header, which is one on the first line only.
        if let fault = hiddenCharacter(in: line) { throw fault }
        guard isPlain(user.description) || ForeignLine.isHeader(line) else {
            throw Failure(
                .usage, "unclear_user",
                "this is not clearly a user: it has quotes or spaces around it, or ' #' in it",
                hint: "write {\"user\":\"…\"}")
        }
        return user
    }

    /// A line that `read` reads as this user.
    static func write(_ user: String) -> String {
        isPlain(user) ? user : "{\"user\":\(JSONText.quoted(user))}"
    }

    /// A token names its user in the claim sub and is no user itself.
    static func refuseToken(_ text: [UInt8]) throws(Failure) {
        guard !TokenScanner.sightings(in: text[...]).isEmpty else { return }
        throw Failure(
            .usage, "unclear_user", "this is a token, not a user",
            hint: "show its user: jwtctl decode --field payload.sub TOKEN")
    }

    /// Throws where a person cannot have meant an operand as a user.
    static func check(operand: [UInt8]) throws(Failure) {
        if let fault = hiddenCharacter(in: operand) { throw fault }
        guard NearbyFile.isName(operand) else { return }
        throw Failure(
            .usage, "file_name", "\(Source.path(operand).title) is a file",
            hint: "read its lines with --from; for a user of that name, write a line "
                + "{\"user\":\"…\"} for --from")
    }

    private static func hiddenCharacter(in text: [UInt8]) -> Failure? {
        guard let hidden = InvisibleText.first(in: text) else { return nil }
        return Failure(
            .usage, "unclear_user", "the user name has \(hidden.name) at byte \(hidden.offset)",
            hint: "remove it, or write {\"user\":\"…\"} as a line of --from")
    }

    private static func isPlain(_ user: String) -> Bool {
        let bytes = Array(user.utf8)
        return TokenText.withoutQuotes(bytes) == bytes
            && InvisibleText.first(in: bytes) == nil
            && !bytes.starts(with: [UInt8(ascii: "#")])
            && bytes.firstRange(of: Array(" #".utf8)) == nil
            && TokenScanner.sightings(in: bytes[...]).isEmpty && PastedText.object(bytes) == nil
            && !ForeignLine.isForeign(bytes)
    }
}

/// A user id from the command line.
func parseUser(_ text: String) throws -> Identifier {
    try UserLine.refuseToken(Array(text.utf8))
    do throws(Identifier.Refusal) {
        return try Identifier(text)
    } catch {
        throw Diagnostics.identifier(error, what: "the user id")
    }
}

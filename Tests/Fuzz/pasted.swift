import JOSE

/// Whatever stands around a token, it is seen; and what is taken out is the whole run of its letters,
/// never a piece of it with something else.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    examine(data, count) { input in
        checkSightings(input)
        let cut = input.isEmpty ? 0 : Int(input[0]) * input.count / 256
        let (before, after) = (input[..<cut], input[cut...])
        let text = Array(before) + token + after
        let sightings = checkSightings(text)
        require(!sightings.isEmpty, "a token is never overlooked")
        // An escape is read as the letter that it stands for.
        guard !text.contains(UInt8(ascii: "%")) && !text.contains(UInt8(ascii: "\\")) else {
            return
        }
        // Letters around it that continue its header or its signature make another token of the run.
        for sighting in sightings where sighting.fault == nil {
            guard let start = place(of: token, in: sighting.bytes) else { continue }
            require(
                before.suffix(start).elementsEqual(sighting.bytes[..<start]), "what is before it")
            require(after.starts(with: sighting.bytes[(start + token.count)...]), "and after it")
        }
    }
}

/// What is seen of any text is made of the letters of tokens, and lies in it.
@discardableResult
private func checkSightings(_ text: [UInt8]) -> [TokenSighting] {
    let sightings = TokenScanner.sightings(in: text[...])
    for sighting in sightings {
        require(sighting.bytes.allSatisfy(TokenScanner.isLetter), "a token has letters only")
        require(text.indices.contains(sighting.offset), "its place is in the text")
        guard sighting.fault == nil else { continue }
        require(sighting.bytes.count { $0 == UInt8(ascii: ".") } == 2, "it has three segments")
    }
    return sightings
}

private let token = Array(
    "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiI3In0.c2lnbmF0dXJlIG9mIHRoaXJ0eSBhbmQgbW9yZSBieXRlcw".utf8)

private func place(of part: [UInt8], in text: [UInt8]) -> Int? {
    guard text.count >= part.count else { return nil }
    return (0...(text.count - part.count)).first { text[$0...].starts(with: part) }
}

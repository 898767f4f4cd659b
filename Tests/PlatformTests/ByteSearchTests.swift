import Testing

@testable import Platform

/// Against the plain loop, on texts in which there is nothing, something and everything.
@Suite struct ByteSearchTests {
    private static let texts: [[UInt8]] = [
        [], [0x2E], Array("a.b..c".utf8), Array(repeating: 0x61, count: 1000) + [0x2E, 0],
        Array(0...255),
    ]

    @Test(arguments: texts)
    func theFirstIsFound(_ text: [UInt8]) {
        for start in 0...text.count + 1 {
            let wanted = text.indices.first { $0 >= start && text[$0] == 0x2E }
            #expect(text.span.firstOffset(of: 0x2E, from: start) == wanted)
        }
    }

    @Test(arguments: texts, texts)
    func equalityIsOfBytes(_ left: [UInt8], _ right: [UInt8]) {
        #expect(left.span.isEqual(to: right.span) == (left == right))
    }
}

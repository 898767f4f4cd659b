internal import JOSE

/// Watches the lines of a file for tokens that were wrapped over several: a piece of one looks like an
/// id. Where all lines of a token are there, `LineSource.continuation` has joined them before.
struct TokenWrap {
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

/// Names near to a mistyped one.
package enum Suggestions {
    /// At most three of `names`, the nearest first; empty where none is near.
    package static func nearest(to word: String, among names: [String]) -> [String] {
        let typed = Array(word.utf8)
        // Nobody mistypes a token into an option, and the matrix grows with the square.
        guard !typed.isEmpty, typed.count <= 40 else { return [] }
        let limit = typed.count <= 3 ? 1 : typed.count <= 7 ? 2 : 3
        var found: [(distance: Int, name: String)] = []
        for name in names where name != word {
            let bytes = Array(name.utf8)
            if typed.count >= 3, bytes.starts(with: typed) {
                found.append((0, name))
            } else {
                let distance = distance(typed, bytes)
                if distance <= limit, distance < bytes.count { found.append((distance, name)) }
            }
        }
        guard let best = found.map(\.distance).min() else { return [] }
        return found.filter { $0.distance == best }.prefix(3).map(\.name)
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other
    /// (optimal string alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let cost = left[row] == right[column] ? 0 : 1
                var best = min(last[column + 1] + 1, current[column] + 1, last[column] + cost)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}

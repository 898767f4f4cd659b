internal import JOSE
internal import JSON

/// The checks of the valid token before, as text.
///
/// The valid tokens of one issuer have the same checks: writing them once is enough.
final class PassedChecks {
    private var checks: [Check] = []
    private var text: [UInt8] = Array("[]".utf8)

    /// The compact text of `checks`, of which none has failed.
    func text(of checks: [Check]) -> [UInt8] {
        guard !isKnown(checks) else { return text }
        var json = JSONWriter(.compact, escaping: .visible)
        json.value(.array(checks.map(Verdict.json)))
        text = json.bytes
        self.checks = checks
        return text
    }

    /// Whether `checks` are the known ones, byte for byte.
    private func isKnown(_ checks: [Check]) -> Bool {
        guard checks.count == self.checks.count else { return false }
        return checks.indices.allSatisfy { index in
            checks[index].result == self.checks[index].result
                && Self.isSame(checks[index].name, self.checks[index].name)
                && Self.isSame(checks[index].detail, self.checks[index].detail)
        }
    }

    /// Whether the bytes are the same; what is not even equal when normalized is told apart sooner.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        left == right && left.utf8.elementsEqual(right.utf8)
    }

    private static func isSame(_ left: String?, _ right: String?) -> Bool {
        switch (left, right) {
        case (nil, nil): true
        case (let left?, let right?): isSame(left, right)
        default: false
        }
    }
}

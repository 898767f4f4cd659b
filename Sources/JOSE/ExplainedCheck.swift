package import JSON

/// A check with what is behind it, for those who asked for an explanation.
package struct ExplainedCheck: Equatable, Sendable {
    package let check: Check
    /// What stands in the token, or in the state.
    package var found: JSONValue?
    /// What was demanded; `nil` where nothing was.
    package var wanted: Demand?

    package init(_ check: Check, found: JSONValue? = nil, wanted: Demand? = nil) {
        self.check = check
        self.found = found
        self.wanted = wanted
    }

    package var name: String { check.name }
}

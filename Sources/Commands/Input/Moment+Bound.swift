internal import CommandKit

/// Times that bound a filter. `--issued-since 1h` means an hour ago and `--expires-before 1h` an
/// hour from now, since nothing else would make sense there.
extension Moment {
    /// What a duration without a sign counts from the present.
    enum Direction {
        case ago, fromNow
    }

    /// Reads a time, or a duration without a sign. A fraction of a second counts as a whole one:
    /// compared with whole seconds, "before" and "since" then mean what the fraction means.
    static func bound(
        _ text: String, _ direction: Direction
    ) throws(InvalidValue) -> Moment {
        do throws(InvalidValue) {
            let span = try Duration.seconds(text)
            return .relative(direction == .ago ? -span : span)
        } catch {
            return try Moment(text, roundingUp: true)
        }
    }

    /// Whether it is certainly later than the other one, or the same; false where that depends on
    /// the present.
    func isAtOrAfter(_ other: Moment) -> Bool {
        switch (self, other) {
        case (.absolute(let own), .absolute(let other)), (.relative(let own), .relative(let other)):
            own >= other
        default: false
        }
    }
}

extension Option {
    /// An option whose value is a time that bounds a filter.
    static func bound(
        _ name: String, _ direction: Moment.Direction, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Moment?>
    ) -> Option {
        value(name, metavar: "TIME", summary: summary, into: path()) {
            text throws(InvalidValue) in try Moment.bound(text, direction)
        }
        .detail(
            direction == .ago
                ? "A duration such as 1h means that long ago."
                : "A duration such as 1h means that long from now.")
    }
}

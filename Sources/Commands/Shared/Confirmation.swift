internal import CommandKit
internal import Platform

/// Asking before something that is hard to take back.
enum Confirmation {
    /// Input items above which a person is asked.
    static let threshold = 100

    /// Returns where the person types `answer`; refuses where they do not, or nobody is there.
    static func ask(_ question: String, answer: String, _ console: Console) throws {
        guard console.system.diagnostics.isTerminal else { throw needsYes }
        let typed: [UInt8]
        do throws(SystemError) {
            typed = try Terminal.ask("\(question) Type '\(answer)' to continue: ")
        } catch {
            throw needsYes
        }
        guard typed == Array(answer.utf8) else {
            throw Failure(.refused, "declined", "nothing was changed")
        }
    }

    private static let needsYes = Failure(
        .refused, "not_confirmed", "confirmation required, but there is no terminal",
        hint: "pass --yes to confirm")
}

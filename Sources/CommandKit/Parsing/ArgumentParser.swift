/// Applies the words of one command to its options struct.
///
/// Options take effect in the order of the command line, so a later flag overrides an earlier one.
/// Operands are assigned at the end, because their shares depend on their number. Then the
/// command's own `check` runs.
struct ArgumentParser<Options: Sendable> {
    /// The result: the options, a request for help or the version, or an error.
    enum Outcome {
        case options(Options)
        case help(HelpDetail)
        case version
        case failure(UsageError)
    }

    private let command: Command<Options>
    /// The options in one list. The scanner's tokens refer to it by index.
    private let entries: [OptionEntry<Options>]

    init(_ command: Command<Options>) {
        self.command = command
        entries = command.options.flatMap(\.entries)
    }

    /// Parses the words. A request for help or the version wins over any error before or after it.
    /// Otherwise `failure`, an error in what came before, or the first error is returned.
    func parse(_ arguments: [[UInt8]], failure: UsageError?) -> Outcome {
        var scanner = ArgumentScanner(
            arguments, options: entries.map(\.description), failure: failure)
        var options = command.defaults
        var operands: [[UInt8]] = []
        var given: Set<Int> = []
        while let token = scanner.next() {
            switch token {
            case .help(let detail): return .help(detail)
            case .version: return .version
            case .operand(let bytes): operands.append(bytes)
            case .flag(let index, _, let negated):
                guard case .flag(let set, let clear) = entries[index].action else { continue }
                negated ? clear(&options) : set(&options)
            case .value(let index, let spelled, let bytes):
                if !entries[index].description.isRepeatable, !given.insert(index).inserted {
                    scanner.note(.repeated(option: "--\(entries[index].description.name)"))
                }
                guard case .value(let apply) = entries[index].action else { continue }
                do throws(InvalidValue) {
                    try apply(&options, bytes)
                } catch {
                    scanner.note(Self.usageError(error, bytes: bytes, what: spelled))
                }
            }
        }
        if let failure = scanner.failure { return .failure(failure) }
        do throws(UsageError) {
            try assign(operands, to: &options)
            try command.check(&options)
        } catch {
            return .failure(error)
        }
        return .options(options)
    }

    /// Assigns the operands from left to right. Each takes as many words as it may, but leaves the
    /// minimum of those after it.
    private func assign(_ words: [[UInt8]], to options: inout Options) throws(UsageError) {
        var rest = words[...]
        for (index, operand) in command.operands.enumerated() {
            let arity = operand.description.arity
            let reserved = command.operands[(index + 1)...]
                .reduce(0) { $0 + $1.description.arity.minimum }
            let available = max(rest.count - reserved, min(rest.count, arity.minimum))
            guard available >= arity.minimum else {
                throw .missingOperand(operand.description.name)
            }
            for bytes in rest.prefix(arity.isRepeated ? available : min(available, 1)) {
                do throws(InvalidValue) {
                    try operand.apply(&options, bytes)
                } catch {
                    throw Self.usageError(error, bytes: bytes, what: operand.description.name)
                }
                rest.removeFirst()
            }
        }
        if let extra = rest.first {
            throw .unexpectedArgument(String(decoding: extra, as: UTF8.self))
        }
    }

    /// Adds to a refusal what the closure did not know: the text, and the option or operand.
    private static func usageError(
        _ error: InvalidValue, bytes: [UInt8], what: String
    ) -> UsageError {
        switch error {
        case .expected(let expected):
            .invalidValue(text: String(decoding: bytes, as: UTF8.self), expected: expected)
        case .message(let message): .other(message)
        case .notUTF8: .notUTF8(what: what)
        }
    }
}

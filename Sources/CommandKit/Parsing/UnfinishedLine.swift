// Reads a command line that is still being typed, for completions. It is incomplete and may contain
// mistakes, so anything that cannot be understood is skipped.

extension OptionGroup {
    /// The options of this group in `words`. The options of the command are unknown here; they are
    /// skipped, and their values count as operands.
    package func read(unfinished words: some Sequence<[UInt8]>) -> Shared {
        let entries = options.flatMap(\.entries)
        var scanner = ArgumentScanner(Array(words), options: entries.map(\.description))
        var result = defaults
        while let token = scanner.next() {
            switch token {
            case .flag(let index, _, let negated):
                guard case .flag(let set, let clear) = entries[index].action else { continue }
                negated ? clear(&result) : set(&result)
            case .value(let index, _, let bytes):
                guard case .value(let apply) = entries[index].action else { continue }
                do throws(InvalidValue) {
                    try apply(&result, bytes)
                } catch {
                    continue
                }
            case .operand, .help, .version: continue
            }
        }
        return result
    }
}

extension Program {
    /// The path of the command in `words`, aliases resolved; incomplete if its name is.
    package func path(unfinished words: some Sequence<[UInt8]>) -> [String] {
        var scanner = ArgumentScanner(Array(words), options: loadGlobalOptions().options)
        var commands = commands
        var path: [String] = []
        while let token = scanner.next() {
            guard case .operand(let word) = token else { continue }
            let name = String(decoding: word, as: UTF8.self)
            guard let command = commands.first(where: { $0.answers(to: name) }) else { break }
            path.append(command.name)
            guard case .group(let load) = command.content else { break }
            commands = load().commands
        }
        return path
    }
}

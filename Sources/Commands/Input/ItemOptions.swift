internal import CommandKit
internal import Glibc
internal import JOSE
internal import Platform

/// Which items a command works on: operands, or a line each of a file or of standard input.
struct ItemOptions: Sendable {
    var operands: [[UInt8]] = []
    var file: [UInt8]?
    var kind = Item.Kind.guess

    static let group = OptionGroup(
        title: "Items", defaults: ItemOptions(),
        options: [
            .path(
                "from", short: "f", summary: "Read items from a file, one per line.", into: \.file
            )
            .essential()
            .detail(
                "A line is a token or text with tokens in it, or an id, 'jti TAB exp', "
                    + "'jti TAB exp TAB sub', or a JSON object with those members, as list "
                    + "commands print it. Blank lines and # comments are skipped; a comment may "
                    + "follow an item."),
            .flag("id", summary: "Treat every item as an id.", setting: .id, into: \.kind),
            .flag("token", summary: "Treat every item as a token.", setting: .token, into: \.kind),
        ])

    static func operand<Options: Sendable>(
        at path: @autoclosure @escaping PropertyPath<Options, ItemOptions>, summary: String
    ) -> Operand<Options> {
        .raw("ID|TOKEN", .repeated(minimum: 0), summary: summary) {
            options, bytes throws(InvalidValue) in options[keyPath: path()].operands.append(bytes)
        }
        .completing(.fileAfterAt)
    }

    /// Whether the items come as lines, so that the result is a list whatever their number.
    var isBulk: Bool { file != nil || operands.isEmpty || operands == [[UInt8(ascii: "-")]] }

    /// The item of an operand; `@FILE` holds a token.
    func item(_ operand: [UInt8], _ console: Console) throws -> Item {
        let isFile = operand.first == UInt8(ascii: "@") && kind != .id
        if !isFile, kind == .guess, NearbyFile.isName(operand) { throw Self.fileName(operand) }
        guard isFile else {
            let item = try Item(operand: operand, as: kind)
            if kind == .guess, Item.ignoresToken(operand) { try console.note(Item.ignoredToken) }
            return item
        }
        let text = try TokenOperand.readText(operand, system: console.system)
        try TokenOperand.requireUTF8(text)
        return try Item(operand: text, as: kind)
    }

    private static func fileName(_ operand: [UInt8]) -> Failure {
        let name = Source.path(operand).title
        return Failure(
            .usage, "file_name", "\(name) is a file",
            hint:
                "pass '@\(String(decoding: operand, as: UTF8.self))' for the token in it, --from for "
                + "its lines, or --id for an id of that name"
        )
    }

    /// The lines to read; nil where the items are operands.
    func openLines(system: System) throws -> LineSource? {
        guard file == nil || operands.isEmpty else {
            throw UsageError.other("'--from' cannot be used with operands")
        }
        if let file, file != [UInt8(ascii: "-")] { return try LineSource(path: file) }
        guard isBulk else { return nil }
        if system.input.isTerminal, operands.isEmpty, file == nil {
            throw UsageError.missingOperand("ID|TOKEN")
        }
        try system.takeInput()
        return LineSource(input: system.input)
    }
}

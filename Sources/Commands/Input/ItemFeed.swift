internal import CommandKit
internal import JOSE
internal import Layouts
internal import Platform
internal import TokenStore

/// The form of an item with which a command works.
protocol FedItem {
    /// The number of its line or operand, from 1. The feed sets it.
    var number: Int { get set }
    /// The facts of a token that was taken out of other text; nil for any other item.
    var foundToken: String? { get }
}

/// The items of a command as they come, each converted into what the command works with. A bad one
/// is reported with its line number, and the rest goes on.
final class ItemFeed<Element: FedItem>: Feed {
    private let options: ItemOptions
    /// nil where the items are operands.
    private let lines: LineSource?
    private let console: Console
    /// Throws if the command does not accept the item.
    private let convert: (Item) throws -> Element
    /// Most tokens of one file have the same header.
    private let headers = HeaderCache()
    /// Notes on tokens that were found in other text.
    private let taken: TakenTokens
    private var operandCount = 0
    /// The line or operand that was read last; nil for a line that is too long.
    private var text: [UInt8]?
    /// The items of the current line after its first one.
    private var rest: ArraySlice<Item> = []
    /// Knows tokens that are wrapped over lines.
    private var wrap = TokenWrap()
    /// The form of the file, where it is no file of items.
    private var document: ForeignLine?
    /// Whether it was said that a member with a token is ignored: once is enough.
    private var hasToldOfIgnored = false
    let invalid: InvalidLines

    var total: ProgressLine.Total? {
        guard let lines else { return .exactly(options.operands.count) }
        return lines.total
    }

    /// The number of the line or operand that was read last.
    private var number: Int { lines?.number ?? operandCount }

    /// `convert` turns an item into the form with which the command works.
    init(
        _ options: ItemOptions, _ lines: LineSource?, _ console: Console,
        _ convert: @escaping (Item) throws -> Element
    ) {
        self.options = options
        self.lines = lines
        self.console = console
        self.convert = convert
        taken = TakenTokens(console)
        invalid = InvalidLines(console, title: lines?.title ?? "the operands")
    }

    /// The next good item. Bad ones before it are reported.
    func next(_ pull: Pull) throws -> Supply<Element> {
        while true {
            do {
                return try nextItem(pull).map { item in
                    invalid.acceptItem()
                    var element = try convert(item)
                    element.number = number
                    if let found = element.foundToken { try taken.tell(found, at: place(number)) }
                    return element
                }
            } catch {
                guard Diagnostics.failure(for: error).isItemsOwn else { throw error }
                try invalid.add(error, line: text, at: place(number))
            }
        }
    }

    /// Up to `count` items that are there. Only the first of them is waited for.
    func batch(_ pull: Pull, upTo count: Int) throws -> Supply<[Element]> {
        // A reader of the results gets them before this waits for more items.
        if pull == .blocking { try console.system.output.flush() }
        var batch: [Element] = []
        while batch.count < count {
            switch try next(batch.isEmpty ? pull : .polling) {
            case .item(let element): batch.append(element)
            case .notYet: return batch.isEmpty ? .notYet : .item(batch)
            case .end: return batch.isEmpty ? .end : .item(batch)
            }
        }
        return .item(batch)
    }

    /// Fails if all lines were written for another tool; and if there was no item and neither `-` nor
    /// `--from` was given: `xargs` with an empty input runs the command without operands.
    func requireItems() throws(Failure) {
        try invalid.requireItems()
        guard number == 0, options.operands.isEmpty, options.file == nil else { return }
        throw Failure(
            .usage, "no_items", "no ids given",
            hint: "pass '-' to read lines from standard input, even if there are none")
    }

    /// Reports what went wrong with one item, and where it was read.
    func report(_ message: String, of element: Element) throws(OutputError) {
        try console.error("\(place(element.number)): \(message)")
    }

    /// The line or operand of this number, as a message names it.
    private func place(_ number: Int) -> String {
        (lines == nil ? "operand " : "line ") + String(number)
    }

    /// The next item of the line at hand, or of the next line or operand.
    private func nextItem(_ pull: Pull) throws -> Supply<Item> {
        if !rest.isEmpty { return .item(rest.removeFirst()) }
        guard let lines else {
            guard operandCount < options.operands.count else { return .end }
            operandCount += 1
            let operand = options.operands[operandCount - 1]
            text = operand
            return .item(try options.item(operand, console))
        }
        switch try lines.next(pull) {
        case .item(.text(let bytes)): return .item(try item(bytes, lines))
        case .item:
            text = nil
            throw Failure.invalidLine("the line is too long")
        case .notYet: return .notYet
        case .end: return .end
        }
    }

    /// The first item of a line. Its other items come next.
    private func item(_ line: [UInt8], _ lines: LineSource) throws -> Item {
        var bytes = line
        let isGuessing = options.kind == .guess
        if bytes.first == UInt8(ascii: "e"), isGuessing, PastedText.mayBeWrapped(bytes) {
            bytes += try lines.continuation(of: bytes).joined()
        }
        let isFirst = text == nil && invalid.count == 0
        text = bytes
        if isGuessing, wrap.takesPiece(bytes) { throw TokenWrap.piece }
        let items: [Item]
        do {
            items = try self.items(bytes, isFirst: isFirst)
        } catch {
            if isGuessing { wrap.note(refused: bytes) }
            throw error
        }
        wrap.note(items.last, of: bytes)
        if items.count > 1 { rest = items.dropFirst() }
        if isGuessing, !hasToldOfIgnored, Item.ignoresToken(bytes) {
            hasToldOfIgnored = true
            try console.note("\(place(number)): \(Item.ignoredToken)")
        }
        return items[0]
    }

    /// All items of a line. The first line of a file shows whether it was written for another tool; a
    /// later one is only known by itself.
    private func items(_ line: [UInt8], isFirst: Bool) throws -> [Item] {
        guard options.kind == .guess else {
            return try Item.items(line: line, as: options.kind, headers: headers)
        }
        if isFirst {
            document = ForeignLine(document: line)
            if let form = document { throw form }
            if ForeignLine.isHeader(line) { throw ForeignLine.header }
        }
        if let document, TokenScanner.sightings(in: line[...]).isEmpty { throw document }
        do {
            return try Item.items(line: line, as: options.kind, headers: headers)
        } catch let failure as Failure where ["unclear_id", "invalid_line"].contains(failure.code) {
            throw ForeignLine(line) ?? failure
        }
    }
}

/// Names the tokens that were found in other text, before anything is done with them.
final class TakenTokens {
    /// The number of tokens that are named.
    private static let limit = 10

    private let console: Console
    private var count = 0

    init(_ console: Console) { self.console = console }

    /// Writes a note with `found`, the facts of a token; nil is no token. `place` is its line or
    /// operand, if there are several.
    func tell(_ found: String?, at place: String? = nil) throws(OutputError) {
        guard let found else { return }
        count += 1
        guard count <= Self.limit else {
            if count == Self.limit + 1 {
                try console.note("more tokens were found in text; they are not listed")
            }
            return
        }
        try console.note(
            (place.map { "\($0): " } ?? "") + "found a token in the text: \(found)")
    }
}

// MARK: - Options

/// The items of a command: operands, or lines of a file or of standard input.
struct ItemOptions: Sendable {
    /// The operands as they were given.
    var operands: [[UInt8]] = []
    /// The path after `--from`; `-` is standard input.
    var file: [UInt8]?
    var kind = Item.Kind.guess

    /// The options that commands over items share.
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

    /// The operand. Without one the items come from standard input.
    static func operand<Options: Sendable>(
        at path: @autoclosure @escaping PropertyPath<Options, ItemOptions>, summary: String
    ) -> Operand<Options> {
        .raw("ID|TOKEN", .repeated(minimum: 0), summary: summary) {
            options, bytes throws(InvalidValue) in options[keyPath: path()].operands.append(bytes)
        }
        .completing(.fileAfterAt)
    }

    /// Whether the items come as lines. The result is then a list, even with one item.
    var isBulk: Bool { file != nil || operands.isEmpty || operands == [[UInt8(ascii: "-")]] }

    /// The only operand; nil where there are several, or lines.
    var only: [UInt8]? { isBulk || operands.count != 1 ? nil : operands[0] }

    /// The item of an operand; `@FILE` holds a token.
    func item(_ operand: [UInt8], _ console: Console) throws -> Item {
        let isFile = operand.first == UInt8(ascii: "@") && kind != .id
        if !isFile, kind == .guess, Source.isFileName(operand) { throw Self.fileName(operand) }
        guard isFile else {
            let item = try Item(operand: operand, as: kind)
            if kind == .guess, Item.ignoresToken(operand) { try console.note(Item.ignoredToken) }
            return item
        }
        let text = try TokenOperand.readText(operand, system: console.system)
        try TokenOperand.requireUTF8(text)
        return try Item(operand: text, as: kind)
    }

    /// The failure for an operand that is the name of a file.
    private static func fileName(_ operand: [UInt8]) -> Failure {
        let name = Source.path(operand).title
        return Failure(
            .usage, "file_name", "\(name) is a file",
            hint: "pass '@\(String(decoding: operand, as: UTF8.self))' for the token in it, --from "
                + "for its lines, or --id for an id of that name")
    }

    /// The lines to read; nil where the items are operands.
    func openLines(system: System) throws -> LineSource? {
        guard file == nil || operands.isEmpty else {
            throw UsageError.other("'--from' cannot be used with operands")
        }
        guard isBulk else { return nil }
        if system.input.isTerminal, operands.isEmpty, file == nil {
            throw UsageError.missingOperand("ID|TOKEN")
        }
        return try LineSource.open(file ?? [UInt8(ascii: "-")], system: system)
    }
}

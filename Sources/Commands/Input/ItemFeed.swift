internal import CommandKit
internal import JOSE
internal import Platform
internal import TokenStore

/// The items of a command as they come, each made into what the command works with. A bad one is
/// told of with its line number, and the rest goes on.
final class ItemFeed<Element> {
    struct Entry {
        let element: Element
        /// The number of its line or operand, from 1.
        let number: Int
    }

    private let options: ItemOptions
    private let lines: LineSource?
    private let console: Console
    private let convert: (Item) throws -> Element
    /// Most tokens of one file have the same header.
    private let headers = HeaderCache()
    private var operandCount = 0
    /// The line or operand that was read last; nil for a line that is too long.
    private var text: [UInt8]?
    /// What it has besides its first item.
    private var rest: ArraySlice<Item> = []
    private var wrap = TokenWrap()
    /// The form of the file, where it is no file of items.
    private var document: ForeignLine?
    private var hasToldOfIgnored = false
    let invalid: InvalidLines

    /// The number of the line or operand that was read last.
    private var number: Int { lines?.number ?? operandCount }

    init(
        _ options: ItemOptions, _ lines: LineSource?, _ console: Console,
        _ convert: @escaping (Item) throws -> Element
    ) {
        self.options = options
        self.lines = lines
        self.console = console
        self.convert = convert
        invalid = InvalidLines(console, title: lines?.title ?? "the operands")
    }

    /// The next good item, waited for only where it `mayWait`.
    func next(mayWait: Bool) throws -> Supply<Entry> {
        while true {
            do {
                return try nextItem(mayWait: mayWait).map { item in
                    invalid.acceptItem()
                    return Entry(element: try convert(item), number: number)
                }
            } catch {
                guard Diagnostics.failure(for: error).isItemsOwn else { throw error }
                try invalid.add(error, line: text, at: place(number))
            }
        }
    }

    /// Called at the end. Fails if all lines were written for another tool; and if there was no item
    /// and neither `-` nor `--from` was given: `xargs` with an empty input runs the command without
    /// operands.
    func requireItems() throws(Failure) {
        try invalid.requireItems()
        guard number == 0, options.operands.isEmpty, options.file == nil else { return }
        throw Failure(
            .usage, "no_items", "no ids given",
            hint: "pass '-' to read lines from standard input, even if there are none")
    }

    /// Where an item stands, as an error names it.
    func place(_ entry: Entry) -> String { place(entry.number) }

    private func place(_ number: Int) -> String {
        (lines == nil ? "operand " : "line ") + String(number)
    }

    /// Up to `count` items that are there, waiting for the first of them where it `mayWait`.
    func batch(of count: Int, mayWait: Bool) throws -> Supply<[Entry]> {
        var batch: [Entry] = []
        while batch.count < count {
            switch try next(mayWait: mayWait && batch.isEmpty) {
            case .item(let entry): batch.append(entry)
            case .notYet: return batch.isEmpty ? .notYet : .item(batch)
            case .end: return batch.isEmpty ? .end : .item(batch)
            }
        }
        return .item(batch)
    }

    private func nextItem(mayWait: Bool) throws -> Supply<Item> {
        if !rest.isEmpty { return .item(rest.removeFirst()) }
        guard let lines else {
            guard operandCount < options.operands.count else { return .end }
            operandCount += 1
            let operand = options.operands[operandCount - 1]
            text = operand
            return .item(try options.item(operand, console))
        }
        switch try lines.next(mayWait: mayWait) {
        case .item(.text(let bytes)): return .item(try item(bytes, lines))
        case .item:
            text = nil
            throw Failure(.usage, "invalid_line", "the line is too long")
        case .notYet: return .notYet
        case .end: return .end
        }
    }

    /// The first item of a line; what else it has comes next.
    private func item(_ line: [UInt8], _ lines: LineSource) throws -> Item {
        var bytes = line
        if bytes.first == UInt8(ascii: "e"), options.kind == .guess, PastedText.mayBeWrapped(bytes)
        {
            bytes += try lines.continuation(of: bytes).joined()
        }
        let isFirst = text == nil && invalid.count == 0
        text = bytes
        let isGuessing = options.kind == .guess
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

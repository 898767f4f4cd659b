internal import CommandKit
internal import Glibc
internal import JSON
internal import Platform
internal import TokenStore

/// The entries of an audit log in a file, in the order of its lines. Lines that are no entries are
/// counted and skipped.
final class AuditLines {
    /// The longest line in bytes. The texts of an entry are arguments of a command, each of which
    /// has at most 128 KiB, and six bytes of JSON for each of its own.
    private static let lineLimit = 2 * 1024 * 1024

    private let title: String
    /// The open file, which belongs to this object.
    private let descriptor: CInt
    private let input: InputStream
    /// The number of lines that could not be read as entries.
    private(set) var invalidCount = 0

    /// Opens the file, which may be a link or a pipe.
    init(_ file: AuditFile) throws(Failure) {
        title = file.title
        do throws(SystemError) {
            descriptor = try Descriptor.open(file.path).duplicated()
        } catch {
            throw Failure(.failure, "input", "cannot read \(file.title): \(error.message)")
        }
        input = InputStream(borrowing: descriptor)
    }

    deinit {
        _ = close(descriptor)
    }

    /// The next entry; nil at the end of the file.
    func next() throws(Failure) -> AuditEntry? {
        do throws(InputError) {
            while let line = try input.readLine(limit: Self.lineLimit) {
                guard line != .text([]) else { continue }
                if case .text(let bytes) = line, let entry = AuditEntry(line: bytes) {
                    return entry
                }
                invalidCount += 1
            }
            return nil
        } catch {
            throw Diagnostics.input(error, name: title)
        }
    }
}

extension AuditEntry {
    /// The entry of a line that `AuditFile` has written; nil for any other text. Missing members
    /// are nil and unknown ones are ignored, so that the lines of other versions can be read.
    init?(line: [UInt8]) {
        guard let object = PastedText.json(line)?.objectValue,
            let time = object["time"]?.stringValue.flatMap({ Self.seconds($0.text) }),
            let operation = object["op"]?.stringValue
        else { return nil }
        var isSound = true
        func text(_ name: JSONString) -> String? {
            switch object[name] {
            case .string(let text)?: return text.text
            case .null?, nil: return nil
            default:
                isSound = false
                return nil
            }
        }
        let (id, user, reason) = (text("id"), text("user"), text("reason"))
        let (actor, host) = (text("actor"), text("host"))
        let count: Int64? = object["count"].map { $0.numberValue?.integer } ?? 1
        guard isSound, let count else { return nil }
        self.init(
            time: time * 1000, operation: operation.text, id: id, user: user, count: count,
            reason: reason, actor: actor, host: host)
    }

    /// The unix seconds of a time in a line; nil for a text that is no time, or a relative one.
    private static func seconds(_ text: String) -> Int64? {
        do throws(InvalidValue) {
            guard case .absolute(let seconds) = try Moment(text) else { return nil }
            return seconds
        } catch {
            return nil
        }
    }
}

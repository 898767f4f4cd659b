internal import Glibc

/// The environment variables that the process was started with, or those of a test.
package struct Environment: Sendable {
    /// nil stands for the process' own, which are looked up when somebody asks.
    private let values: [String: [UInt8]]?

    package init(_ values: [String: String]) {
        self.init(bytes: values.mapValues { Array($0.utf8) })
    }

    package init(bytes values: [String: [UInt8]]) {
        self.values = values
    }

    private init() {
        values = nil
    }

    /// The variables of this process.
    package static func current() -> Environment { Environment() }

    /// The value of a variable as text; one that is set but empty counts as not set. Bytes that are
    /// not UTF-8 are replaced: who would work with another value than was meant takes `bytes`.
    package subscript(_ name: String) -> String? {
        bytes(of: name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The value as the system has it, for paths and secrets; nil where it is empty or not set.
    package func bytes(of name: String) -> [UInt8]? {
        guard let value = value(of: name), !value.isEmpty else { return nil }
        return value
    }

    private func value(of name: String) -> [UInt8]? {
        if let values { return values[name] }
        return unsafe getenv(name).map { text in
            unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
        }
    }

    /// Every variable, for a child process.
    package var all: [String: String] {
        if let values { return values.mapValues { String(decoding: $0, as: UTF8.self) } }
        var found: [String: String] = [:]
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            if let line = unsafe String(validatingCString: text),
                let equals = line.utf8.firstIndex(of: UInt8(ascii: "="))
            {
                found[String(line[..<equals])] = String(line[line.utf8.index(after: equals)...])
            }
            unsafe entry += 1
        }
        return found
    }
}

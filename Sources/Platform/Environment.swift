internal import Glibc

/// The environment variables that the process was started with, or those of a test.
package struct Environment: Sendable {
    /// nil stands for the process' own, which are looked up when somebody asks.
    private let values: [String: String]?

    package init(_ values: [String: String]) {
        self.values = values
    }

    private init() {
        values = nil
    }

    /// The variables of this process; those that are not UTF-8 do not exist.
    package static func current() -> Environment { Environment() }

    /// The value of a variable; one that is set but empty counts as not set.
    package subscript(_ name: String) -> String? {
        guard let value = value(of: name), !value.isEmpty else { return nil }
        return value
    }

    private func value(of name: String) -> String? {
        if let values { return values[name] }
        return unsafe getenv(name).flatMap { unsafe String(validatingCString: $0) }
    }

    /// Every variable, for a child process.
    package var all: [String: String] {
        if let values { return values }
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

internal import Glibc

/// The environment variables that the process was started with.
package struct Environment: Sendable {
    private let values: [String: String]

    package init(_ values: [String: String]) {
        self.values = values
    }

    /// The variables of this process; those that are not UTF-8 are left out.
    package static func current() -> Environment {
        var values: [String: String] = [:]
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            if let line = unsafe String(validatingCString: text),
                let equals = line.utf8.firstIndex(of: UInt8(ascii: "="))
            {
                let name = String(line[..<equals])
                values[name] = String(line[line.utf8.index(after: equals)...])
            }
            unsafe entry += 1
        }
        return Environment(values)
    }

    /// The value of a variable; one that is set but empty counts as not set.
    package subscript(_ name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    /// Every variable, for a child process.
    package var all: [String: String] { values }
}

import Foundation

/// A private directory that is removed with all its files when the object goes away.
package final class TemporaryDirectory: Sendable {
    package let path: String

    /// Makes the directory. Its path is short, because the address of a unix socket holds only 107
    /// bytes.
    package init() throws {
        var template = Array("/tmp/jwtctl-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestSupportError("mkdtemp failed: \(errno)") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of `name` inside.
    package func file(_ name: String) -> String { path + "/" + name }

    /// The text of the file `name` inside.
    package func read(_ name: String) throws -> String {
        try String(contentsOfFile: file(name), encoding: .utf8)
    }

    /// Writes a file and returns its path.
    @discardableResult
    package func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        let path = file(name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    /// Writes a script that can be run.
    ///
    /// Another process writes the file. A child that another test starts at that moment would
    /// inherit a descriptor of this process, and a file that is open for writing cannot be run.
    package func writeProgram(_ name: String, _ text: String) throws {
        let source = try write(name + ".text", text)
        let result = try ProcessRunner.run(
            ["/usr/bin/install", "-m", "755", source, file(name)])
        guard result.status == 0 else { throw TestSupportError(result.errorText) }
    }
}

/// A fault of the test's own equipment, not of the tool.
package struct TestSupportError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

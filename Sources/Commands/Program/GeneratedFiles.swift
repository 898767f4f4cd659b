internal import CommandKit
internal import Platform

/// The manual pages and completions, made from the same description as the parser.
package enum GeneratedFiles {
    /// The date of the manual: fixed, so that pages change only with their content.
    private static let date = "November 30, 2026"

    /// Every file by its path from the top of the project.
    package static func all() -> [(path: String, content: String)] {
        let program = jwtctlProgram.describe()
        return ManualPages(program, date: date).all().map { ("man/\($0.file)", $0.source) }
            + Shell.allCases.map { ("completions/\($0.fileName)", $0.script(program)) }
    }

    /// Rewrites the files below `folder`; refused in CI, which must only find stale ones.
    static func write(to folder: String, _ system: System) throws {
        guard system.environment["CI"] == nil else {
            throw Failure(.refused, "ci", "generated files are not rewritten in CI")
        }
        for file in all() {
            let path = Array("\(folder)/\(file.path)".utf8)
            let target = try Descriptor.create(path)
            let stream = OutputStream(borrowing: target.number)
            try stream.write(file.content)
            try stream.flush()
        }
    }
}

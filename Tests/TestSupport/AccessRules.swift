import Foundation

/// The ACL rules that `jwtctl help redis` prints.
package struct AccessRules: Sendable {
    package let tool: String
    package let reader: String

    package static let documented = Result {
        let help = try ProcessRunner.run([BuiltTool.path, "help", "redis"])
        let lines = help.text.split(separator: "\n").map { $0.drop { $0 == " " } }
        func rule(_ user: String) throws -> String {
            guard let line = lines.first(where: { $0.hasPrefix("ACL SETUSER \(user) on ") }) else {
                throw TestSupportError("'help redis' has no rule for \(user): \(help.errorText)")
            }
            return String(line)
        }
        return AccessRules(tool: try rule("jwtctl"), reader: try rule("jwtctl-reader"))
    }
}

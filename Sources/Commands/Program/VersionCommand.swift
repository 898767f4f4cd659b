internal import CommandKit
internal import JSON
internal import Platform

/// The version of this program.
package let programVersion = "0.1.0"

struct PlainOptions: CommandOptions {
    var global = GlobalOptions()
}

let versionCommand = Command(
    name: "version", summary: "Show the version.", defaults: PlainOptions(),
    options: [.group(GlobalOptions.group, at: \.global)],
    examples: [Example(command: "jwtctl version", summary: "Show the version of jwtctl.")],
    exitStatuses: ExitStatus.docs(.failure),
    run: { options, system in
        try Console(options.global, system: system).result(
            ["name": "jwtctl", "version": .string(programVersion)]
        ) { "jwtctl \(programVersion)\n" }
        return .success
    })

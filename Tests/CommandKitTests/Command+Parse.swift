@testable import CommandKit

extension Command {
    /// The options in this command's own words. A request for help counts as no options.
    func parse(_ arguments: [String]) throws(UsageError) -> Options {
        switch ArgumentParser(self).parse(arguments.map { Array($0.utf8) }, failure: nil) {
        case .options(let options): return options
        case .failure(let error): throw error
        case .help, .version: return defaults
        }
    }
}

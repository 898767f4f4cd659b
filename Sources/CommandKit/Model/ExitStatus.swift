/// The number that the process leaves behind. Names and meanings belong to the commands; only the
/// two that the parser itself needs stand here.
package struct ExitStatus: RawRepresentable, Hashable, Sendable {
    /// 0 to 255; what the system keeps of it.
    package let rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The work was done.
    package static let success = ExitStatus(rawValue: 0)
    /// The command line could not be understood.
    package static let usage = ExitStatus(rawValue: 2)
}

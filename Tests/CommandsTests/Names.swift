import CommandKit
import Platform

// Foundation and Testing have others of the same names.
typealias InputStream = Platform.InputStream
typealias OutputStream = Platform.OutputStream
typealias ExitStatus = CommandKit.ExitStatus

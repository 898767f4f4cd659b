import Platform

// Foundation has others of the same names.
typealias InputStream = Platform.InputStream
typealias OutputStream = Platform.OutputStream

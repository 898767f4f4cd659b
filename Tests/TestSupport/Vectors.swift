import Foundation

/// The folder of the published test vectors: the one that `JWTCTL_VECTORS` names, or
/// `../shared/vectors`. Suites that need it are skipped without it.
package enum Vectors {
    package static let directory: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let named = ProcessInfo.processInfo.environment["JWTCTL_VECTORS"].map { URL(filePath: $0) }
        let directory = named ?? root.appending(path: "../shared/vectors").standardizedFileURL
        return FileManager.default.fileExists(atPath: directory.path) ? directory : nil
    }()

    package static var arePresent: Bool { directory != nil }

    package static func bytes(_ path: String) throws -> [UInt8] {
        guard let directory else { throw CocoaError(.fileNoSuchFile) }
        return [UInt8](try Data(contentsOf: directory.appending(path: path)))
    }

    package static func names(in path: String) throws -> [String] {
        guard let directory else { throw CocoaError(.fileNoSuchFile) }
        return try FileManager.default.contentsOfDirectory(
            atPath: directory.appending(path: path).path
        ).sorted()
    }

    package static func object(_ path: String) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(try bytes(path)))
        guard let object = object as? [String: Any] else { throw CocoaError(.fileReadCorruptFile) }
        return object
    }
}

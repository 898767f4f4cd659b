internal import CommandKit
internal import Glibc
internal import Platform

/// Files that people name where something else was asked for, or nearly name.
enum NearbyFile {
    /// As many names as are looked at in a folder.
    private static let limit = 4096

    /// The path of the file in the same folder with the nearest name; nil where none is near. Only
    /// what is there is in it, never a piece of `path` that may be a secret.
    static func nearest(to path: [UInt8]) -> String? {
        let slash = path.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { Array(path[...$0]) } ?? []
        let name = path[(slash.map { $0 + 1 } ?? 0)...]
        guard let typed = String(validating: name, as: UTF8.self) else { return nil }
        let near = Suggestions.nearest(to: typed, among: names(in: folder)).first
        return near.map { String(decoding: folder, as: UTF8.self) + $0 }
    }

    /// Whether an operand is the name of a file that is there, and looks like one.
    static func isName(_ operand: [UInt8]) -> Bool {
        let endings = [".txt", ".jwt", ".json", ".csv"]
        guard
            operand.contains(UInt8(ascii: "/"))
                || endings.contains(where: { operand.suffix($0.utf8.count).elementsEqual($0.utf8) })
        else { return false }
        var status = stat()
        let path = operand.map { CChar(bitPattern: $0) } + [0]
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private static func names(in path: [UInt8]) -> [String] {
        let path = path.isEmpty ? Array("./".utf8) : path
        let terminated = path.map { CChar(bitPattern: $0) } + [0]
        guard let folder = unsafe opendir(terminated) else { return [] }
        defer { _ = unsafe closedir(folder) }
        var names: [String] = []
        while names.count < limit, let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe Array(bytes.prefix { $0 != 0 })
            }
            if let text = String(validating: name, as: UTF8.self) { names.append(text) }
        }
        return names
    }
}

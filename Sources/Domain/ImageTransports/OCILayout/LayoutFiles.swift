import LinuxSystem
import StreamCompression

/// The files of an image layout in a directory or an archive.
protocol LayoutFiles: AnyObject, Sendable {
    /// The directory or archive.
    var path: String { get }
    /// The file at the relative path `name`, with forward slashes; nil when there is none.
    func open(_ name: String) throws(TransportError) -> (file: SharedFile, range: Range<Int64>)?
}

extension LayoutFiles {
    /// A whole small file; nil when there is none.
    func read(_ name: String, limit: Int) throws(TransportError) -> [UInt8]? {
        guard let (file, range) = try open(name) else { return nil }
        return try TransportError.wrapping("\(path)/\(name)") { try file.read(range, limit: limit) }
    }
}

/// A layout in a directory. Symbolic links are followed only inside it.
final class LayoutDirectory: LayoutFiles {
    let path: String
    private let root: RootedDirectory

    init(path: String) throws(TransportError) {
        self.path = path
        do {
            root = try RootedDirectory(opening: path)
        } catch {
            throw TransportError(
                error.isMissing ? .notFound : .system,
                error.isMissing ? "no such directory" : error.description, at: path, cause: error)
        }
    }

    func open(_ name: String) throws(TransportError) -> (file: SharedFile, range: Range<Int64>)? {
        let descriptor: OwnedFD
        do {
            descriptor = try root.open(name, SharedFile.openFlags)
        } catch {
            if error.isMissing { return nil }
            throw TransportError(.system, error.description, at: path, cause: error)
        }
        let file = try SharedFile(descriptor, path: "\(path)/\(name)")
        return (file, 0..<file.size)
    }
}

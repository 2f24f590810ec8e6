import Glibc
import LinuxSystem

/// Reads the small files that describe a build: Dockerfiles and ignore files.
///
/// A build context is often a stranger's. What lies in it by its name is looked up inside of it, so that a link of the
/// stranger's cannot have a file of the user's read, and quoted in a message. What the user names outside of the
/// context is read wherever links lead.
struct ContextFileReader {
    /// The context's path, as given and without links; files below either lie in the context.
    private let places: [String]
    private let directory: PathHandle

    /// No such file is larger.
    static let limit = 16 << 20

    init(context: String) throws {
        places = [try HostPath.absolute(context), try HostPath.real(context)]
        directory = try PathHandle(trusting: context)
    }

    /// The file's bytes; nil where there is none, or a directory.
    func read(_ path: String) throws -> [UInt8]? {
        let absolute = try HostPath.absolute(path)
        for place in places where absolute.hasPrefix(place == "/" ? place : "\(place)/") {
            return try readInside(String(absolute.dropFirst(place.count)), path)
        }
        guard let status = try Files.statusIfPresent(path, followSymlinks: true), status.kind != .directory else {
            return nil
        }
        return try Files.readFile(path, limit: Self.limit)
    }

    private func readInside(_ relative: String, _ path: String) throws -> [UInt8]? {
        let root = try directory.rootedDirectory()
        do throws(LinuxError) {
            let place = try root.handle(at: relative)
            switch try place.status().kind {
            case .directory: return nil
            case .regular: break
            default: throw LinuxError("read", "\(path): not a regular file", code: EINVAL)
            }
            return try root.open(relative, O_RDONLY | O_NONBLOCK | O_NOCTTY).readAll(limit: Self.limit)
        } catch {
            guard error.isMissing else {
                throw error.code == EINVAL ? error : LinuxError("open", path, code: error.code)
            }
        }
        guard (try? root.open(relative, OpenFlags.path | O_NOFOLLOW)) != nil else { return nil }
        throw CommandError("\(path) is a symbolic link without a target inside the context: specify the target itself")
    }
}

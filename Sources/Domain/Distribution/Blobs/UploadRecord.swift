import ContentDigest
import Glibc
import HTTPHeaders
import JSONText
import LinuxSystem

/// How far the upload of one blob to one repository has come, in a file, so that a later process can go on with it.
///
/// The file is readable by its owner alone: whoever knows an upload's address may write to it. Nobody else uses the file
/// meanwhile. It is a help and no more: what it says is asked of the registry, and checked by the blob's digest.
final class UploadRecord {
    /// Registries forget uploads after a week, most of them earlier.
    private static let lifetime: Int64 = 7 * 86400
    /// No more records than this are kept.
    private static let limit = 64
    private static let maximumSize = 16 << 10

    private let path: String
    private let lock: FileLock
    private let registry: String
    private let repository: String
    private let blob: String
    /// Where an earlier process sent the blob to.
    private(set) var location: WebAddress?

    /// Opens a blob's record; nil where there is none to be had: another process sends it, or the directory cannot be
    /// written.
    init?(of blob: String, to repository: String, on registry: String, in directory: String) {
        (self.blob, self.repository, self.registry) = (blob, repository, registry)
        do {
            try Files.makeDirectories(directory)
            path = "\(directory)/\(Digest.sha256(of: "\(registry)/\(repository)\n\(blob)").hex)"
            lock = try FileLock(opening: path)
            guard try lock.tryLockExclusive() else { return nil }
        } catch {
            return nil
        }
        location = read()
    }

    private func read() -> WebAddress? {
        guard let bytes = try? Files.readFile(path, limit: Self.maximumSize),
            let value = try? JSONValue(parsing: bytes),
            value["registry"]?.string == registry, value["repository"]?.string == repository,
            value["blob"]?.string == blob
        else { return nil }
        return value["location"]?.string.flatMap { WebAddress($0) }
    }

    /// Puts down where the upload goes on and how many bytes the registry has confirmed.
    func update(_ location: WebAddress, bytes: Int64) {
        self.location = location
        let value: JSONValue = [
            "registry": .string(registry), "repository": .string(repository), "blob": .string(blob),
            "location": .string(location.absolute), "bytes": .integer(bytes), "time": .integer(Clock.now().seconds),
        ]
        let text = value.serialized()
        // Half of a record is none.
        guard ftruncate(lock.fd, 0) == 0 else { return }
        _ = text.withUnsafeBytes { pwrite(lock.fd, $0.baseAddress, $0.count, 0) }
    }

    /// There is nothing to go on with any more.
    func clear() {
        location = nil
        _ = ftruncate(lock.fd, 0)
    }

    /// Removes the file.
    func remove() {
        location = nil
        _ = unlink(path)
    }

    /// Removes what nobody has come back for.
    static func sweep(_ directory: String) {
        StateDirectory.sweep(directory, lifetime: lifetime, limit: limit)
    }
}

import ContentDigest
import Glibc
import HTTPHeaders
import JSONText
import LinuxSystem

/// A file with the progress of uploading one blob to one repository, so that a later process can resume it.
///
/// The file is only readable by its owner: anyone who knows an upload's address may write to it. It is locked while in
/// use. It is only an optimization: its content is checked with the registry, and by the blob's digest.
final class UploadRecord {
    /// Registries drop uploads after a week at most.
    private static let lifetime: Int64 = 7 * 86400
    /// The maximum number of records.
    private static let limit = 64
    private static let maximumSize = 16 << 10

    private let path: String
    private let lock: FileLock
    private let registry: String
    private let repository: String
    private let blob: String
    /// The address to which an earlier process sent the blob.
    private(set) var location: WebAddress?

    /// Opens a blob's record; nil if none is available: another process is sending it, or the directory is not
    /// writable.
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

    /// Records where the upload continues and how many bytes the registry has confirmed.
    func update(_ location: WebAddress, bytes: Int64) {
        self.location = location
        let value: JSONValue = [
            "registry": .string(registry), "repository": .string(repository), "blob": .string(blob),
            "location": .string(location.absolute), "bytes": .integer(bytes), "time": .integer(Clock.now().seconds),
        ]
        let text = value.serialized()
        // An incomplete record is invalid.
        guard ftruncate(lock.fd, 0) == 0 else { return }
        _ = text.withUnsafeBytes { pwrite(lock.fd, $0.baseAddress, $0.count, 0) }
    }

    /// Clears the record: there is nothing left to resume.
    func clear() {
        location = nil
        _ = ftruncate(lock.fd, 0)
    }

    /// Removes the file.
    func remove() {
        location = nil
        _ = unlink(path)
    }

    /// Removes abandoned records.
    static func sweep(_ directory: String) {
        StateDirectory.sweep(directory, lifetime: lifetime, limit: limit)
    }
}

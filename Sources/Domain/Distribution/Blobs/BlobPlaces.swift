package import ContentDigest
import LinuxSystem

/// Records of the repositories that have a blob, so that a push to another repository of the same registry can mount it
/// instead of sending it again.
///
/// One small file per blob. It is only an optimization: registries are asked, and may no longer have it.
package struct BlobPlaces: Sendable {
    /// The number of repositories to remember for a blob.
    private static let limit = 6
    /// The number of blobs to remember, and for how many seconds.
    private static let maximumFiles = 4096
    private static let lifetime: Int64 = 90 * 86400
    private static let maximumSize = 8 << 10

    private let directory: String

    package init(in directory: String) {
        self.directory = directory
    }

    /// The repositories of a registry that had the blob, the latest first.
    package func repositories(with blob: Digest, on registry: String) -> [String] {
        read(blob).compactMap { $0.hasPrefix("\(registry)/") ? String($0.dropFirst(registry.utf8.count + 1)) : nil }
    }

    /// Records that a repository, as `domain/path`, has these blobs. Failures are ignored.
    package func record(_ blobs: Set<Digest>, in repository: String) {
        guard !blobs.isEmpty else { return }
        do {
            if !Files.exists(directory) { try Files.makeDirectories(directory, mode: 0o700) }
            for blob in blobs {
                let known = read(blob)
                guard known.first != repository else { continue }
                let places = ([repository] + known.filter { $0 != repository }).prefix(Self.limit)
                let text = places.joined(separator: "\n") + "\n"
                try Files.replaceFile(path(blob), with: Array(text.utf8), synchronize: false)
            }
        } catch {
            // The next push sends the blobs again.
        }
        StateDirectory.sweep(directory, lifetime: Self.lifetime, limit: Self.maximumFiles)
    }

    private func read(_ blob: Digest) -> [String] {
        guard let bytes = try? Files.readFileIfPresent(path(blob), limit: Self.maximumSize),
            let text = String(validating: bytes, as: UTF8.self)
        else { return [] }
        return text.split(separator: "\n").map(String.init)
    }

    private func path(_ blob: Digest) -> String { "\(directory)/\(blob.algorithm.rawValue)-\(blob.hex)" }
}

package import ContentDigest
package import ImageModel
package import StreamCompression

/// `dir:`, a directory with one image: `manifest.json`, other manifests as `HEX.manifest.json`, blobs by the hex of
/// their digests.
package final class DirSource: ImageSource {
    private let files: LayoutDirectory

    /// Opens the directory at `path`.
    package init(path: String) throws {
        files = try LayoutDirectory(path: path)
        guard let bytes = try files.read(DirPath.version, limit: 4096) else { return }
        let version = String(decoding: bytes, as: UTF8.self)
        guard version.hasPrefix(DirPath.versionPrefix) else {
            throw TransportError(.malformed, "not the version file of an image directory", at: "\(path)/version")
        }
    }

    package var description: String { "dir:\(files.path)" }

    package func manifest(_ instance: Digest?) throws -> RawManifest {
        let name = instance.map { "\($0.hex).\(DirPath.manifest)" } ?? DirPath.manifest
        guard let bytes = try files.read(name, limit: ImageLimits.manifest) else {
            throw TransportError(.notFound, "no \(name): not an image directory", at: files.path)
        }
        let manifest = try RawManifest(bytes: bytes)
        if let instance {
            // The digest of a signed schema 1 manifest is not that of its bytes.
            let digest = instance.algorithm == .sha256 ? manifest.digest : Digest.hash(bytes, with: instance.algorithm)
            guard digest == instance else {
                throw TransportError(.mismatch, "\(name) has the digest \(digest)", at: files.path)
            }
        }
        return manifest
    }

    package var origin: ImageOrigin { .path(transport: "dir", path: files.path, name: nil) }

    package func signatures(of manifest: RawManifest, instance: Digest?) throws -> [ImageSignature] {
        try ImageSignature.numbered(in: description) { number in
            let name = DirPath.signature(number, instance: instance)
            return try files.read(name, limit: ImageSignature.maximumSize)
        }
    }

    package func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        guard let (file, range) = try files.open(blob.digest.hex) else {
            throw TransportError(.notFound, "blob \(blob.digest) is missing", at: files.path)
        }
        return (FileRangeSource(file, range: range), file.size)
    }
}

/// The file names in an image directory.
enum DirPath {
    static let version = "version"
    static let versionPrefix = "Directory Transport Version: "
    static let versionContent = Array("Directory Transport Version: 1.1\n".utf8)
    static let manifest = "manifest.json"

    /// The name of a signature, counted from 1.
    static func signature(_ number: Int, instance: Digest?) -> String {
        (instance.map { "\($0.hex)." } ?? "") + "signature-\(number)"
    }

    /// Whether a file of this name belongs to an image, so that a new image may replace it.
    static func isOwn(_ name: String) -> Bool {
        if name == manifest || name.hasPrefix("signature-") { return true }
        let hex = name.hasSuffix(".\(manifest)") ? name.dropLast(manifest.utf8.count + 1) : name[...]
        let stem = hex.prefix { $0 != "." }
        guard stem.count == hex.count || name.contains(".signature-") else { return false }
        return [64, 128].contains(stem.utf8.count) && stem.utf8.allSatisfy { Self.hexDigits.contains($0) }
    }

    private static let hexDigits = Set("0123456789abcdef".utf8)
}

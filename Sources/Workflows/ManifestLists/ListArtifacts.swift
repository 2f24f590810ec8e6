import ContentDigest
import Glibc
import ImageModel
import ImageTransports
import JSONText
import LinuxSystem
import StreamCompression

/// The artifacts of a list: their manifests, and the files that they consist of, which are read when the list is
/// pushed. Stored as Buildah and Podman store theirs.
struct ListArtifacts: Sendable {
    /// The list's data item.
    static let key = "artifacts.json"

    private var object: JSONObject

    init() {
        object = JSONObject()
    }

    /// - Throws: ``ManifestListError`` with `malformed`.
    init(parsing bytes: [UInt8], list: String) throws {
        guard let object = (try? JSONValue(parsing: bytes))?.object else {
            throw ManifestListError(.malformed, "manifest list \(list): \(Self.key) is not a JSON object")
        }
        self.object = object
    }

    var isEmpty: Bool { object.isEmpty }
    var serialized: [UInt8] { JSONValue.object(object).serialized() }

    /// The manifest of an artifact; nil for an image.
    func manifest(_ digest: Digest) throws -> RawManifest? {
        guard let text = object["manifests"]?[digest.description]?.string else { return nil }
        let raw = try RawManifest(bytes: Array(text.utf8), declaredType: .ociManifest)
        guard raw.digest == digest else {
            throw ManifestListError(.malformed, "\(Self.key): the manifest \(digest) has the digest \(raw.digest)")
        }
        return raw
    }

    /// The artifact that a file belongs to, by its absolute path; nil if there is none.
    func artifact(withFile path: String) -> Digest? {
        for (digest, files) in object["files"]?.object ?? JSONObject()
        where files.array?.contains(where: { $0.string == path }) == true {
            return Digest(digest)
        }
        return nil
    }

    /// A configuration or file of an artifact, not verified.
    func open(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) {
        let name = blob.digest.description
        if let path = object["detached"]?[name]?.string {
            let file = try OwnedFD.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
            let status = try file.status()
            guard status.kind == .regular else { throw ManifestListError(.notFound, "\(path): not a regular file") }
            return (FileSource(file, path: path), status.size)
        }
        if let bytes = object["blobs"]?[name]?.string.flatMap({ Base64.decode($0) }) {
            return (MemorySource(bytes), Int64(bytes.count))
        }
        throw ManifestListError(.notFound, "\(Self.key) has no blob \(blob.digest)")
    }

    /// Adds an artifact.
    ///
    /// - Parameters:
    ///   - files: the absolute paths of configuration and files by their digests.
    ///   - blobs: the content of those that are no files.
    mutating func add(_ raw: RawManifest, _ manifest: Manifest, files: [Digest: String], blobs: [Digest: [UInt8]]) {
        let name = raw.digest.description
        set("manifests", name, .string(String(decoding: raw.bytes, as: UTF8.self)))
        set("config", name, .string(manifest.config.digest.description))
        set("layers", name, .array(manifest.layers.map { .string($0.digest.description) }))
        if !files.isEmpty { set("files", name, .array(files.values.sorted().map { .string($0) })) }
        for (digest, path) in files { set("detached", digest.description, .string(path)) }
        for (digest, bytes) in blobs { set("blobs", digest.description, .string(Base64.encode(bytes))) }
    }

    /// Adds the artifacts of another list.
    mutating func add(_ other: ListArtifacts) {
        for (member, value) in other.object {
            for (key, value) in value.object ?? JSONObject() { set(member, key, value) }
        }
    }

    /// Removes an artifact, if there is one; its files may belong to others as well.
    mutating func remove(_ digest: Digest) {
        for member in ["manifests", "config", "layers", "files"] {
            guard var entries = object[member]?.object, entries.remove(digest.description) != nil else { continue }
            if entries.isEmpty { object.remove(member) } else { object[member] = .object(entries) }
        }
        if object["manifests"] == nil { object = JSONObject() }
    }

    private mutating func set(_ member: String, _ key: String, _ value: JSONValue) {
        var entries = object[member]?.object ?? JSONObject()
        entries[key] = value
        object[member] = .object(entries)
    }
}

/// Reads a file that it owns.
private final class FileSource: ByteSource {
    private let file: OwnedFD
    private let path: String

    init(_ file: consuming OwnedFD, path: String) {
        self.file = file
        self.path = path
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { try file.read(into: buffer) }
}

/// An artifact of a list as a copy source.
final class ListArtifactSource: ImageSource {
    private let artifacts: ListArtifacts
    private let raw: RawManifest

    /// - Returns: nil for an image.
    init?(_ digest: Digest, _ artifacts: ListArtifacts) throws {
        guard let raw = try artifacts.manifest(digest) else { return nil }
        self.raw = raw
        self.artifacts = artifacts
    }

    var description: String { "artifact \(raw.digest)" }

    func manifest(_ instance: Digest?) throws -> RawManifest { raw }

    func openBlob(_ blob: Descriptor) throws -> (source: any ByteSource, size: Int64?) { try artifacts.open(blob) }
}

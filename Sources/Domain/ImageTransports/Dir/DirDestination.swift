package import ContentDigest
import Glibc
package import ImageModel
import LinuxSystem
package import StreamCompression
import Synchronization

/// `dir:`, writing one image into a directory and replacing the image in it.
package final class DirDestination: ImageDestination {
    private let path: String
    private let synchronizes: Bool
    private let directory: OwnedFD
    private let written = Mutex(Written())

    private struct Written {
        var names: Set<String> = []
        var manifest: RawManifest?
        var signatures: [String: [UInt8]] = [:]
        var hasVersion = false
    }

    /// Prepares the directory at `path`.
    ///
    /// - Throws: ``TransportError``; also for a directory with files that do not belong to an image.
    package init(path: String, synchronizes: Bool = true) throws {
        self.path = path
        self.synchronizes = synchronizes
        directory = try TransportError.wrapping(path) {
            try Files.makeDirectories(path, mode: 0o755)
            return try OwnedFD.open(path, O_RDONLY | O_DIRECTORY)
        }
        try TransportError.wrapping(path) {
            let version = try Files.readFileIfPresent("\(path)/\(DirPath.version)", limit: 4096)
            let isImage = version.map { String(decoding: $0, as: UTF8.self).hasPrefix(DirPath.versionPrefix) }
            if isImage == nil, try !Files.entries(of: directory).isEmpty {
                throw TransportError(
                    .unsupported, "not a containers image directory, don't want to overwrite important data", at: path)
            }
            guard isImage ?? true else {
                throw TransportError(.malformed, "not the version file of an image directory", at: "\(path)/version")
            }
        }
    }

    package var description: String { "dir:\(path)" }
    package var acceptedManifestTypes: [MediaType] { [] }
    package var leavesForeignLayersOut: Bool { false }

    package func hasBlob(_ blob: Descriptor) throws -> Bool {
        let status = try TransportError.wrapping(path) {
            try Files.statusIfPresent(at: directory.raw, blob.digest.hex)
        }
        guard let status, status.kind == .regular, blob.size < 0 || status.size == blob.size else { return false }
        written.withLock { _ = $0.names.insert(blob.digest.hex) }
        return true
    }

    package func putBlob(from source: any ByteSource, expected: Descriptor?) throws -> (digest: Digest, size: Int64) {
        try putBlob(BlobOffer(once: source, expected: expected))
    }

    package func putBlob(_ offer: BlobOffer) throws -> (digest: Digest, size: Int64) {
        try writeVersion()
        let writer = try BlobWriter(of: offer, in: path)
        let digest = try writer.fill(from: offer, place: description)
        try writer.publish(in: directory, as: digest.hex, synchronize: synchronizes)
        written.withLock { _ = $0.names.insert(digest.hex) }
        return (digest, writer.byteCount)
    }

    package func putManifest(_ manifest: RawManifest, instance: Digest?) throws {
        guard let instance else {
            written.withLock { $0.manifest = manifest }
            return
        }
        let name = "\(instance.hex).\(DirPath.manifest)"
        try write(name, manifest.bytes)
        written.withLock { _ = $0.names.insert(name) }
    }

    /// Directories can store signatures of every kind.
    package func checkTakes(_ signatures: [ImageSignature]) throws {}

    package func putSignatures(_ signatures: [ImageSignature], of digest: Digest, instance: Digest?) throws {
        written.withLock { written in
            for (place, signature) in signatures.enumerated() {
                written.signatures[DirPath.signature(place + 1, instance: instance)] = signature.blob
            }
        }
    }

    package func commit() throws {
        let (names, manifest, signatures) = written.withLock { ($0.names, $0.manifest, $0.signatures) }
        guard let manifest else { throw TransportError(.notFound, "no manifest was written", at: description) }
        try writeVersion()
        for (name, bytes) in signatures { try write(name, bytes) }
        try write(DirPath.manifest, manifest.bytes)
        PartialBlob.sweep(path)
        try TransportError.wrapping(path) {
            for entry in try Files.entries(of: directory) {
                let name = entry.text
                guard name != DirPath.manifest, DirPath.isOwn(name), !names.contains(name), signatures[name] == nil
                else { continue }
                try Files.removeFile(at: directory.raw, entry.name)
            }
        }
    }

    /// Marks the directory before anything else is in it: a failed copy can then be retried.
    private func writeVersion() throws {
        try written.withLock { written in
            guard !written.hasVersion else { return }
            try write(DirPath.version, DirPath.versionContent)
            written.hasVersion = true
        }
    }

    private func write(_ name: String, _ bytes: [UInt8]) throws(TransportError) {
        try TransportError.wrapping(path) {
            try Files.replaceFile("\(path)/\(name)", with: bytes, mode: 0o644, synchronize: synchronizes)
        }
    }
}

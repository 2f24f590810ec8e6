package import ContentDigest
import Glibc
package import ImageModel
package import ImageTransports
package import LinuxSystem
import StreamCompression

/// An artifact in the store: files that are not a container image.
package struct StoredArtifact: Sendable {
    /// The fully qualified name.
    package let name: String
    /// Its manifest.
    package let raw: RawManifest
    /// The decoded manifest.
    package let manifest: Manifest

    /// The manifest's digest.
    package var digest: Digest { raw.digest }
    /// The sizes of its files together.
    package var size: Int64 { manifest.layers.lazy.map(\.size).sumOfSizes() }
}

/// The artifacts beside a store's images: an OCI layout in Podman's location, with its lock.
package struct ArtifactStore {
    /// The annotation with the name of a file.
    package static let title = "org.opencontainers.image.title"
    /// The annotation with the time of creation.
    package static let created = "org.opencontainers.image.created"
    private static let nameAnnotation = "org.opencontainers.image.ref.name"

    private let path: String

    /// The artifacts of the store in `graphRoot`.
    package init(graphRoot: String) {
        path = "\(graphRoot)/artifacts"
    }

    /// All artifacts, in the order in which they were added.
    package func list() throws -> [StoredArtifact] {
        guard Files.exists("\(path)/index.json") else { return [] }
        return try OCILayoutSource.images(inLayoutAt: path).compactMap { entry in
            // What has lost its name, and lists, are not artifacts of this store.
            guard let name = entry.annotations?[Self.nameAnnotation], !name.isEmpty else { return nil }
            let raw = try OCILayoutSource(OCILayoutReference(path: path, name: name)).manifest(nil)
            guard raw.mediaType == .ociManifest else { return nil }
            return StoredArtifact(name: name, raw: raw, manifest: try raw.decodeManifest())
        }
    }

    /// The artifact with a name, `NAME@DIGEST`, or a digest's first digits.
    ///
    /// - Throws: ``CopyError`` when there is none, or more than one.
    package func find(_ text: String) throws -> StoredArtifact {
        let all = try list()
        if let name = try? Self.name(text) {
            let found =
                name.digest.map { digest in
                    all.first { $0.digest == digest && $0.name.hasPrefix("\(name.name):") }
                } ?? all.first { $0.name == name.description }
            guard let found else { throw CopyError(.noSuchImage, "\(name): artifact does not exist") }
            return found
        }
        let digits = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
        let found = digits.isEmpty ? [] : all.filter { $0.digest.hex.hasPrefix(digits) }
        guard let only = found.first else { throw CopyError(.noSuchImage, "\(text): artifact does not exist") }
        guard found.count == 1 else {
            throw CopyError(
                .unsupported,
                "multiple artifacts found with matching digest: \(found.map(\.name).joined(separator: ", "))")
        }
        return only
    }

    /// The fully qualified name in `text`, with the tag `latest` if it has neither a tag nor a digest.
    package static func name(_ text: String) throws -> ImageReference {
        let name = try ImageReference(parsing: text)
        guard !ImageReference.isShortName(text) else {
            throw CopyError(.unsupported, "\(text): the name of an artifact must have a registry")
        }
        guard name.tag == nil || name.digest == nil else {
            throw CopyError(.unsupported, "\(text): a name cannot have both a tag and a digest")
        }
        return name.withDefaultTag()
    }

    /// An artifact as the source of a copy.
    package func source(_ artifact: StoredArtifact) throws -> any ImageSource {
        try OCILayoutSource(OCILayoutReference(path: path, name: artifact.name))
    }

    /// Runs `body` with a destination for an artifact of this name, which replaces an existing one. The store is not
    /// locked meanwhile; `body` runs again if another process removed what it found there. After a failure, only
    /// partial files stay, which the next attempt resumes.
    package func receive<Result>(
        _ name: ImageReference, _ body: (any ImageDestination) throws -> Result
    ) throws -> Result {
        try Files.makeDirectories(path, mode: 0o700)
        let text = name.description
        var attempts = 3
        while true {
            let layout = try OCILayoutDestination(OCILayoutReference(path: path, name: text))
            let destination = ArtifactDestination(layout) { commit in
                try locked {
                    let old = try list().first { $0.name == text }
                    try commit()
                    if let old { try removeUnnamed(old.digest) }
                }
            }
            do {
                return try body(destination)
            } catch is ArtifactDestination.LostBlob where attempts > 1 {
                attempts -= 1
            } catch {
                try? locked { layout.discard() }
                throw error
            }
        }
    }

    /// Removes an artifact.
    package func remove(_ artifact: StoredArtifact) throws {
        try locked {
            _ = try OCILayoutRemoval.remove(at: path) { $0.annotations?[Self.nameAnnotation] == artifact.name }
        }
    }

    // MARK: Adding

    /// How files are added.
    package struct Addition {
        /// For each of the files, and for a new artifact.
        package var annotations: [String: String] = [:]
        /// The type of a new artifact.
        package var type: String?
        /// The files' media type; nil: as their content suggests.
        package var fileType: String?
        /// Whether to add the files to an existing artifact.
        package var isAppending = false
        /// Whether to replace an existing artifact.
        package var isReplacing = false

        package init() {}
    }

    /// Adds files as an artifact.
    ///
    /// - Returns: the digest of its manifest.
    /// - Throws: ``CopyError`` for an artifact that exists, or does not, and for a title that occurs twice.
    package func add(_ files: [String], as name: ImageReference, _ addition: Addition) throws -> Digest {
        try locked {
            let text = name.description
            let old = try list().first { $0.name == text }
            var manifest: Manifest
            if addition.isAppending {
                guard let old else { throw CopyError(.noSuchImage, "\(name): artifact does not exist") }
                manifest = old.manifest
            } else {
                guard old == nil || addition.isReplacing else {
                    throw CopyError(.unsupported, "\(name): artifact already exists")
                }
                var annotations = addition.annotations
                annotations[Self.created] = Clock.rfc3339(Clock.now())
                manifest = Manifest(
                    artifactType: addition.type, config: .empty, layers: [], annotations: annotations)
            }
            let destination = try OCILayoutDestination(OCILayoutReference(path: path, name: text))
            let raw: RawManifest
            do {
                for file in files { manifest.layers.append(try layer(file, addition, manifest.layers, destination)) }
                try destination.putBlob(Array("{}".utf8), mediaType: .ociEmpty)
                raw = try RawManifest(encoding: manifest)
                try destination.putManifest(raw, instance: nil)
                try destination.commit()
            } catch {
                destination.discard()
                throw error
            }
            if let old { try removeUnnamed(old.digest) }
            return raw.digest
        }
    }

    private func layer(
        _ file: String, _ addition: Addition, _ others: [Descriptor], _ destination: OCILayoutDestination
    ) throws -> Descriptor {
        var annotations = addition.annotations
        let name = file.split(separator: "/").last.map(String.init) ?? file
        let title = annotations[Self.title] ?? name
        annotations[Self.title] = title
        guard !others.contains(where: { $0.annotations?[Self.title] == title }) else {
            throw CopyError(.unsupported, "\(title): file already exists in the artifact")
        }
        let input = try OwnedFD.open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        guard try input.status().kind == .regular else { throw CopyError(.unsupported, "\(file): not a regular file") }
        let type = try addition.fileType ?? FileContentType.detect(input)
        let (digest, size) = try destination.putBlob(from: FileDescriptorSource(fd: input.raw), expected: nil)
        return Descriptor(mediaType: MediaType(rawValue: type), digest: digest, size: size, annotations: annotations)
    }

    // MARK: The layout

    /// Removes what was replaced.
    private func removeUnnamed(_ digest: Digest) throws {
        try OCILayoutRemoval.remove(at: path) {
            $0.digest == digest && ($0.annotations?[Self.nameAnnotation] ?? "").isEmpty
        }
    }

    private func locked<Result>(_ body: () throws -> Result) throws -> Result {
        try Files.makeDirectories(path, mode: 0o700)
        let lock = try FileLock(opening: "\(path)/index.lock")
        try lock.lockExclusive()
        defer { try? lock.unlock() }
        return try body()
    }
}

/// The media type of a file as its first bytes suggest, like browsers and Go's `http.DetectContentType` determine it.
package enum FileContentType {
    private static let extensions = [
        "avif": "image/avif", "css": "text/css", "gif": "image/gif", "htm": "text/html", "html": "text/html",
        "jpeg": "image/jpeg", "jpg": "image/jpeg", "js": "text/javascript", "json": "application/json",
        "mjs": "text/javascript", "pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml",
        "txt": "text/plain", "wasm": "application/wasm", "webp": "image/webp", "xml": "text/xml",
    ]

    /// The type that the extension of a file's name stands for; nil for an unknown one.
    package static func named(_ path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        guard let period = name.lastIndex(of: ".") else { return nil }
        return extensions[name[name.index(after: period)...].lowercased()]
    }

    private static let signatures: [(bytes: [UInt8], type: String)] = [
        ([0x1F, 0x8B, 0x08], "application/x-gzip"), (Array("PK\u{3}\u{4}".utf8), "application/zip"),
        (Array("%PDF-".utf8), "application/pdf"), (Array("%!PS-Adobe-".utf8), "application/postscript"),
        ([0x89] + Array("PNG\r\n\u{1A}\n".utf8), "image/png"), ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        (Array("GIF87a".utf8), "image/gif"), (Array("GIF89a".utf8), "image/gif"),
        (Array("Rar!\u{1A}\u{7}".utf8), "application/x-rar-compressed"), (Array("\0asm".utf8), "application/wasm"),
        ([0xEF, 0xBB, 0xBF], "text/plain; charset=utf-8"), ([0xFE, 0xFF], "text/plain; charset=utf-16be"),
        ([0xFF, 0xFE], "text/plain; charset=utf-16le"),
    ]

    /// The type that a file's content suggests.
    package static func detect(_ file: borrowing OwnedFD) throws -> String {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = pread(file.raw, &bytes, bytes.count, 0)
        guard count >= 0 else { throw LinuxError("read", code: errno) }
        return type(of: Array(bytes[..<count]))
    }

    static func type(of bytes: [UInt8]) -> String {
        if let known = signatures.first(where: { bytes.starts(with: $0.bytes) }) { return known.type }
        let text = bytes.drop { [0x09, 0x0A, 0x0C, 0x0D, 0x20].contains($0) }
        if text.starts(with: "<?xml".utf8) { return "text/xml; charset=utf-8" }
        let start = String(decoding: text.prefix(16), as: UTF8.self).lowercased()
        if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") { return "text/html; charset=utf-8" }
        let isBinary = bytes.contains { byte in
            byte <= 0x08 || byte == 0x0B || (0x0E...0x1A).contains(byte) || (0x1C...0x1F).contains(byte)
        }
        return isBinary ? "application/octet-stream" : "text/plain; charset=utf-8"
    }
}

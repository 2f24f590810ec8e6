import ContainerStore
import ImageBuild
import ImageCopy
import ImageModel
import ImageTransports
import LinuxSystem

/// One `build --output`: what is written besides the image in the store, in the notation of Buildah and `docker build`.
struct BuildOutput: Equatable {
    /// What to write.
    enum Kind: Equatable {
        /// The image's files, to a directory.
        case directory
        /// The image's files, as an archive.
        case archive
        /// The image as an OCI layout: an archive, or a directory.
        case layout(isArchive: Bool)
        /// The image as an archive of `docker save`.
        case dockerArchive
        /// The image in the store, under more names.
        case image(isPushed: Bool)
    }

    var kind = Kind.directory
    /// A path; `-` is standard output.
    var destination = ""
    /// Names of the image, as typed.
    var names: [String] = []
    /// The compression of layers.
    var compression: String?
    var compressionLevel: Int?
    var forcesCompression = false
    /// The type of manifests to write; nil for the image's own.
    var format: MediaType?
    /// Whether no file in new layers is newer than the image's fixed time.
    var rewritesTimes = false

    /// Whether standard output carries this output, and then nothing else.
    var usesStandardOutput: Bool { destination == "-" }

    /// Whether it is the image rather than its files.
    var isImage: Bool { kind != .directory && kind != .archive }

    /// Parses `DEST`, or `type=TYPE,KEY=VALUE,...`.
    init(parsing text: String) throws {
        guard text.contains("=") else {
            guard !text.isEmpty else { throw CommandError("--output requires a destination") }
            destination = text
            kind = text == "-" ? .archive : .directory
            return
        }
        var fields: [String: String] = [:]
        for field in try Self.fields(of: text) {
            let (key, value) = KeyValueFlag.split(field)
            guard let value else { throw CommandError("invalid build output option \"\(field)\": expected key=value") }
            guard fields.updateValue(value, forKey: key) == nil else {
                throw CommandError("invalid build output option \"\(text)\": duplicate \(key)")
            }
        }
        try readType(&fields, text)
        try readImageKeys(&fields, text)
        if let key = fields.keys.sorted().first {
            throw CommandError("unrecognized key \"\(key)\" in build output option: \"\(text)\"")
        }
    }

    private mutating func readType(_ fields: inout [String: String], _ text: String) throws {
        let type = fields.removeValue(forKey: "type")
        let dest = fields.removeValue(forKey: "dest")
        switch type {
        case "local", nil: kind = .directory
        case "tar": kind = .archive
        case "oci": kind = .layout(isArchive: try Self.bool(&fields, "tar", text) ?? true)
        // Without a file, Docker's own images are meant: here those of the store.
        case "docker": kind = dest == nil ? .image(isPushed: false) : .dockerArchive
        case "image": kind = .image(isPushed: try Self.bool(&fields, "push", text) ?? false)
        case "registry": kind = .image(isPushed: true)
        case let other?: throw CommandError("invalid type \"\(other)\" selected for build output options \"\(text)\"")
        }
        if case .image = kind {
            guard dest == nil else {
                throw CommandError("unrecognized key \"dest\" in build output option: \"\(text)\"")
            }
            return
        }
        guard let dest, !dest.isEmpty else {
            throw CommandError("missing required key \"dest\" in build output option: \"\(text)\"")
        }
        guard dest != "-" || (kind != .directory && kind != .layout(isArchive: false)) else {
            throw CommandError(
                "invalid build output option \"\(text)\": a directory cannot go to standard output")
        }
        destination = dest
    }

    private mutating func readImageKeys(_ fields: inout [String: String], _ text: String) throws {
        guard isImage else { return }
        names = fields.removeValue(forKey: "name")?.split(separator: ",").map(String.init) ?? []
        rewritesTimes = try Self.bool(&fields, "rewrite-timestamp", text) ?? false
        if kind == .dockerArchive { return }
        compression = fields.removeValue(forKey: "compression")
        if let level = fields.removeValue(forKey: "compression-level") {
            guard let number = Int(level) else {
                throw CommandError("invalid build output option \"\(text)\": compression-level is not a number")
            }
            compressionLevel = number
        }
        forcesCompression = try Self.bool(&fields, "force-compression", text) ?? false
        if let isOpen = try Self.bool(&fields, "oci-mediatypes", text) {
            format = isOpen ? .ociManifest : .dockerManifest
        }
        _ = try layers
    }

    /// How to compress layers outside of the store.
    var layers: CopyOptions.Layers {
        get throws {
            if compression == "uncompressed" { return .plain }
            let wish = try CopyFlags.compressionWish(format: compression, level: compressionLevel)
            return wish == nil && !forcesCompression ? .preferred(nil) : .compressed(wish)
        }
    }

    private static func bool(_ fields: inout [String: String], _ key: String, _ text: String) throws -> Bool? {
        switch fields.removeValue(forKey: key) {
        case nil: return nil
        case "true", "1", "": return true
        case "false", "0": return false
        case let other?:
            throw CommandError("invalid build output option \"\(text)\": \(key)=\(other) is neither true nor false")
        }
    }

    /// The fields of a line of comma-separated values: a field in quotes may contain commas.
    static func fields(of text: String) throws -> [String] {
        var fields = [""]
        var isQuoted = false
        for character in text {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
        }
        guard !isQuoted else { throw CommandError("invalid build output option \"\(text)\": unbalanced quotes") }
        return fields.filter { !$0.isEmpty }
    }
}

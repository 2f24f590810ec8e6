import BuildCaches
import CacheTransfer
import CommandLineGrammar
import ImageCopy
import ImageModel

/// One `build --cache-from` or `--cache-to`, in the notation of `docker buildx build` (`type=registry,ref=...`) or of
/// Buildah (a repository).
struct CacheFlag {
    /// Where the cache is.
    enum Place: Equatable {
        /// In a registry, as one artifact.
        case registry(ImageReference, isInsecure: Bool)
        /// In an OCI layout: its path with the name or digest of the cache.
        case layout(path: String, name: String)
        /// In an archive of an OCI layout.
        case archive(path: String)
        /// In the configuration of the image that is built.
        case inline
        /// In a repository, as one image per step.
        case repository(ImageReference)
    }

    /// As typed.
    let text: String
    private(set) var place: Place
    /// What to export.
    private(set) var export = CacheExport()
    /// Whether a failure to write it is only a warning.
    private(set) var ignoresErrors = false

    /// Whether cache mounts travel, too.
    private(set) var includesMounts = false
    /// The largest cache mount that travels, in bytes.
    private(set) var mountLimit = Self.defaultMountLimit

    /// 10 GiB.
    static let defaultMountLimit: Int64 = 10 << 30

    /// - Parameters:
    ///   - flag: `cache-from` or `cache-to`.
    ///   - isStrict: whether a plain name must be a repository, as for Buildah.
    init(parsing text: String, _ flag: String, isStrict: Bool) throws {
        self.text = text
        guard text.contains("=") else {
            place = try Self.plain(text, flag, isStrict: isStrict)
            return
        }
        var fields: [String: String] = [:]
        guard text.count(where: { $0 == "\"" }).isMultiple(of: 2) else {
            throw CommandError("invalid --\(flag) \"\(text)\": unbalanced quotes")
        }
        for field in try BuildOutput.fields(of: text) {
            let (key, value) = KeyValueFlag.split(field)
            guard let value else {
                throw CommandError("invalid --\(flag) \"\(text)\": expected key=value, not \(field)")
            }
            guard fields.updateValue(value, forKey: key) == nil else {
                throw CommandError("invalid --\(flag) \"\(text)\": duplicate \(key)")
            }
        }
        let isExport = flag == "cache-to"
        place = .inline
        do {
            place = try Self.place(&fields, isExport: isExport)
            try readMounts(&fields)
            if isExport { try readExport(&fields) }
        } catch {
            throw CommandError("invalid --\(flag) \"\(text)\": \(error)")
        }
        if let key = fields.keys.sorted().first {
            throw CommandError("invalid --\(flag) \"\(text)\": unknown key \(key)")
        }
    }

    /// A name: a repository, or with a tag an artifact, as in buildx.
    private static func plain(_ text: String, _ flag: String, isStrict: Bool) throws -> Place {
        let reference: ImageReference
        do {
            reference = try ImageReference(parsing: text)
        } catch {
            throw CommandError(
                "unable to parse value provided \(text.goQuoted) to --\(flag): invalid repo \(text.goQuoted): "
                    + "must contain registry and repository: \(error)")
        }
        if reference.tag == nil, reference.digest == nil { return .repository(reference) }
        guard !isStrict else {
            throw CommandError(
                "unable to parse value provided \(text.goQuoted) to --\(flag): "
                    + "repository must contain neither a tag nor digest: \(reference)")
        }
        return .registry(reference, isInsecure: false)
    }

    private static func place(_ fields: inout [String: String], isExport: Bool) throws -> Place {
        func required(_ key: String) throws -> String {
            guard let value = fields.removeValue(forKey: key), !value.isEmpty else {
                throw CommandError("\(key) is missing")
            }
            return value
        }
        let direction = isExport ? "dest" : "src"
        switch fields.removeValue(forKey: "type") {
        case "registry":
            let reference = try ImageReference(parsing: try required("ref")).withDefaultTag()
            return .registry(reference, isInsecure: try bool(&fields, "registry.insecure") ?? false)
        case "local":
            let path = try required(direction)
            let tag = fields.removeValue(forKey: "tag")
            let digest = isExport ? nil : fields.removeValue(forKey: "digest")
            return .layout(path: path, name: digest ?? tag ?? ImageReference.defaultTag)
        case "oci-archive": return .archive(path: try required(direction))
        case "inline":
            guard isExport else { throw CommandError("an inline cache is read with type=registry,ref=IMAGE") }
            return .inline
        case nil: throw CommandError("type is missing")
        case let other?:
            throw CommandError("type=\(other) is not supported: choose registry, local, oci-archive or inline")
        }
    }

    private mutating func readMounts(_ fields: inout [String: String]) throws {
        includesMounts = try Self.bool(&fields, "mounts") ?? false
        if let limit = fields.removeValue(forKey: "mounts-limit") {
            mountLimit = try CacheLimitFlags.size(limit, "mounts-limit")
        }
        switch place {
        case .registry, .layout: return
        case .archive, .inline, .repository:
            guard !includesMounts else {
                throw CommandError("mounts=true needs type=registry or type=local: each cache mount is an artifact")
            }
        }
    }

    private mutating func readExport(_ fields: inout [String: String]) throws {
        if let mode = fields.removeValue(forKey: "mode") {
            guard let known = CacheExport.Mode(rawValue: mode) else { throw CommandError("mode must be min or max") }
            guard place != .inline || known == .min else {
                throw CommandError("an inline cache has the steps of its image alone: mode=max is not possible")
            }
            export.mode = known
        }
        ignoresErrors = try Self.bool(&fields, "ignore-error") ?? false
        guard place != .inline else { return }
        if try Self.bool(&fields, "image-manifest") == false { export.form = .index }
        if try Self.bool(&fields, "oci-mediatypes") == false {
            throw CommandError("oci-mediatypes=false is not supported: a cache has OCI's types")
        }
        let format = fields.removeValue(forKey: "compression")
        let level = try fields.removeValue(forKey: "compression-level").map { text in
            guard let level = Int(text) else { throw CommandError("compression-level is not a number") }
            return level
        }
        export.forcesCompression = try Self.bool(&fields, "force-compression") ?? false
        export.layers =
            format == "uncompressed"
            ? .plain : .compressed(try CopyFlags.compressionWish(format: format, level: level))
    }

    private static func bool(_ fields: inout [String: String], _ key: String) throws -> Bool? {
        switch fields.removeValue(forKey: key) {
        case nil: return nil
        case "true", "1", "": return true
        case "false", "0": return false
        case let other?: throw CommandError("\(key)=\(other) is neither true nor false")
        }
    }
}

import CommandLineGrammar
import ImageBuild
import ImageModel
import WorkingContainers

/// Flags shared by several commands.
enum SharedFlags {
    /// Whether to add the command's changes to the image's history.
    static let addHistory = Flag.bool(
        "add-history", environment: "BUILDAH_HISTORY",
        help: "add an entry for this operation to the image's history")

    /// The format of written images.
    static let format = Flag.string(
        "format", short: "f", "oci|docker", environment: "BUILDAH_FORMAT",
        help: "format of the image manifest and metadata")

    /// Buildah's flags for software bills of materials.
    static let refusedScans: [Flag] = [
        "sbom-image-output", "sbom-image-purl-output", "sbom-merge-strategy", "sbom-output",
        "sbom-purl-output", "sbom-scanner-command", "sbom-scanner-image",
    ].map { .refused($0, "scanning for software bills of materials is not supported: run a scanner on the image") }

    /// Flags that only apply to registries.
    static let registry: [Flag] =
        RegistryFlags.standard + [.refused("decryption-key", "the command fetches no layers"), blobCache]

    /// Flags of commands that fetch images.
    static let fetching: [Flag] = RegistryFlags.standard + [EncryptionFlags.decrypting, blobCache]

    /// Buildah's hidden flag for a directory of blobs.
    static let blobCache = Flag.refused(
        "blob-cache", "the store remembers compressed layers and where registries have them: no directory is needed")
}

extension BuildOptions.PullPolicy {
    /// Parses the value of `--pull`; nil: the flag was not specified.
    ///
    /// - Parameter problem: Buildah's word for a bad policy, which differs between its commands.
    init(flag: String?, problem: String = "unrecognized") throws {
        switch flag?.lowercased() {
        case nil, "missing", "ifmissing", "notpresent", "": self = .missing
        case "always", "true": self = .always
        case "never", "false": self = .never
        case "newer", "ifnewer": self = .newer
        case let other?: throw CommandError("\(problem) pull policy \"\(other)\"")
        }
    }
}

extension ImageFormat {
    /// Parses the value of `--format`.
    init(flag text: String) throws {
        switch text {
        case "", "oci": self = .oci
        case "docker", "v2s2": self = .docker
        default: throw CommandError("unrecognized image type \"\(text)\"")
        }
    }
}

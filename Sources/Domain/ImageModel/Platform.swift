/// The platform of an image (OCI image-spec, image-index.md and config.md), with Go's names for architectures and
/// operating systems.
package struct Platform: Hashable, Codable, Sendable {
    /// The CPU architecture as a `GOARCH` value, like `amd64`.
    package var architecture: String
    /// The operating system as a `GOOS` value, like `linux`.
    package var os: String
    /// The required operating system version, for Windows.
    package var osVersion: String?
    /// Required operating system features, for Windows.
    package var osFeatures: [String]?
    /// The variant of the CPU, like `v7`.
    package var variant: String?
    /// Required CPU features: only in Docker's manifest lists, OCI has no such field.
    package var features: [String]?

    private enum CodingKeys: String, CodingKey {
        case architecture, os
        case osVersion = "os.version"
        case osFeatures = "os.features"
        case variant, features
    }

    /// Memberwise initializer; does not normalize.
    package init(
        architecture: String, os: String, osVersion: String? = nil, osFeatures: [String]? = nil, variant: String? = nil,
        features: [String]? = nil
    ) {
        self.architecture = architecture
        self.os = os
        self.osVersion = osVersion
        self.osFeatures = osFeatures
        self.variant = variant
        self.features = features
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        architecture = try container.decodeIfPresent(String.self, forKey: .architecture) ?? ""
        os = try container.decodeIfPresent(String.self, forKey: .os) ?? ""
        osVersion = try container.decodeIfPresent(String.self, forKey: .osVersion).nonEmpty
        osFeatures = try container.decodeIfPresent([String].self, forKey: .osFeatures).nonEmpty
        variant = try container.decodeIfPresent(String.self, forKey: .variant).nonEmpty
        features = try container.decodeIfPresent([String].self, forKey: .features).nonEmpty
    }
}

extension Platform {
    /// The platform this program was built for, and hence runs on.
    package static let host = Platform(
        architecture: hostArchitecture.name, os: "linux", variant: hostArchitecture.variant)

    private static var hostArchitecture: (name: String, variant: String?) {
        #if arch(x86_64)
            ("amd64", nil)
        #elseif arch(arm64)
            ("arm64", "v8")
        #elseif arch(arm)
            ("arm", "v7")
        #elseif arch(i386)
            ("386", nil)
        #elseif arch(powerpc64le)
            ("ppc64le", nil)
        #elseif arch(s390x)
            ("s390x", nil)
        #elseif arch(riscv64)
            ("riscv64", nil)
        #else
            ("unknown", nil)
        #endif
    }
}

extension Platform: CustomStringConvertible {
    /// `linux/arm64/v8`, as users write it.
    package var description: String {
        "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "")
    }
}

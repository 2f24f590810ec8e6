/// The platform an image is for (OCI image-spec, image-index.md and config.md), in Go's names for
/// architectures and systems.
package struct Platform: Hashable, Codable, Sendable {
    /// The CPU architecture: one of Go's `GOARCH`, like `amd64`.
    package var architecture: String
    /// The operating system: one of Go's `GOOS`, like `linux`.
    package var os: String
    /// The version of the system, for Windows.
    package var osVersion: String?
    /// Features the system must have, for Windows.
    package var osFeatures: [String]?
    /// The variant of the CPU, like `v7`.
    package var variant: String?
    /// Features the CPU must have: of Docker's lists only, OCI's have no place for them.
    package var features: [String]?

    private enum CodingKeys: String, CodingKey {
        case architecture, os
        case osVersion = "os.version"
        case osFeatures = "os.features"
        case variant, features
    }

    /// A platform of these parts as they are, not normalised.
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
    /// The platform this program was built for, and so runs on.
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

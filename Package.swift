// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built with the same strict settings: Swift 6 mode, explicit `any`,
/// imports that do not leak, and warnings as errors.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A room of the house (docs/ARCHITECTURE.md). `dependsOn` names the only targets it may import.
func room(_ name: String, dependsOn: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependsOn, swiftSettings: strict)
}

/// The unit tests of one room.
func tests(of name: String, dependsOn: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + dependsOn, swiftSettings: strict)
}

/// A C library that Debian's development package brings.
func debianLibrary(_ name: String, pkgConfig: String?, package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
    name: "swiftlet",
    products: [
        .executable(name: "swiftlet", targets: ["swiftlet"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    ],
    targets: [
        // C: system libraries and what Swift cannot say.
        debianLibrary("CISAL", pkgConfig: "libisal", package: "libisal-dev"),
        debianLibrary("CZstd", pkgConfig: "libzstd", package: "libzstd-dev"),
        debianLibrary("CLZMA", pkgConfig: "liblzma", package: "liblzma-dev"),
        debianLibrary("CBZip2", pkgConfig: nil, package: "libbz2-dev"),
        debianLibrary("CSeccomp", pkgConfig: "libseccomp", package: "libseccomp-dev"),
        .target(name: "CLinux"),
        .target(name: "CSandbox", dependencies: ["CLinux"]),

        // Foundations.
        room(
            "LinuxSystem",
            dependsOn: ["CLinux", .product(name: "SystemPackage", package: "swift-system")]),
        room("ContentDigest", dependsOn: [.product(name: "Crypto", package: "swift-crypto")]),
        room("StreamCompression", dependsOn: ["CISAL", "CZstd", "CLZMA", "CBZip2"]),
        room("TarArchive", dependsOn: ["CISAL"]),
        room("JSONText"),
        room("ProgressEvents"),

        // Domain.
        room(
            "ImageModel",
            dependsOn: ["ContentDigest", "JSONText", .product(name: "Crypto", package: "swift-crypto")]),
        room(
            "ContainersConfig",
            dependsOn: [
                "ImageModel", "ContentDigest", "JSONText", .product(name: "TOMLKit", package: "TOMLKit"),
            ]),
        room(
            "ImageTransports",
            dependsOn: [
                "ImageModel", "ContentDigest", "JSONText", "TarArchive", "StreamCompression", "LinuxSystem",
            ]),
        room(
            "Distribution",
            dependsOn: [
                "ImageTransports", "ContainersConfig", "ImageModel", "ContentDigest", "JSONText", "StreamCompression",
                "LinuxSystem",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        room(
            "ImageTrust",
            dependsOn: [
                "ImageModel", "ContainersConfig", "ContentDigest", "JSONText", "LinuxSystem",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        room(
            "ImageLayers",
            dependsOn: ["ImageModel", "TarArchive", "StreamCompression", "ContentDigest", "LinuxSystem", "CLinux"]),
        room(
            "ContainerStore",
            dependsOn: [
                "ImageLayers", "ImageTransports", "ContainersConfig", "ImageModel", "ContentDigest", "JSONText",
                "LinuxSystem", "TarArchive", "StreamCompression",
            ]),
        room("Sandbox", dependsOn: ["LinuxSystem", "CSeccomp", "CSandbox", "CLinux", "JSONText"]),
        room("DockerfileSyntax"),
        room("DockerfileRecovery", dependsOn: ["DockerfileSyntax", "ImageModel", "ContentDigest"]),

        // Workflows.
        room(
            "ImageCopy",
            dependsOn: [
                "Distribution", "ImageTrust", "ContainerStore", "ImageTransports", "ImageLayers", "ImageModel",
                "ContentDigest", "ContainersConfig",
                "StreamCompression", "ProgressEvents", "JSONText", "LinuxSystem",
            ]),
        room(
            "WorkingContainers",
            dependsOn: [
                "ContainerStore", "Sandbox", "ImageLayers", "ImageModel", "ContentDigest", "ContainersConfig",
                "JSONText", "LinuxSystem", "TarArchive", "StreamCompression",
            ]),
        room(
            "ContainerLifecycle",
            dependsOn: [
                "WorkingContainers", "ContainerStore", "Sandbox", "ImageLayers", "ImageModel", "JSONText",
                "LinuxSystem",
                "TarArchive", "StreamCompression", "CLinux",
            ]),
        room(
            "ManifestLists",
            dependsOn: [
                "ImageCopy", "ContainerStore", "ImageTransports", "ImageModel", "ContentDigest", "ProgressEvents",
                "StreamCompression", "JSONText", "LinuxSystem",
            ]),
        room(
            "ImageBuild",
            dependsOn: [
                "DockerfileSyntax", "ImageCopy", "WorkingContainers", "ContainerStore", "ImageLayers", "Sandbox",
                "ImageModel", "ContentDigest", "ContainersConfig", "ProgressEvents", "JSONText", "LinuxSystem",
                "TarArchive", "StreamCompression",
            ]),

        // The face.
        room("CommandLineGrammar"),
        room("OutputTemplates", dependsOn: ["JSONText"]),
        room(
            "CommandLineInterface",
            dependsOn: [
                "CommandLineGrammar", "OutputTemplates", "Distribution", "ImageTrust", "ImageBuild",
                "ContainerLifecycle",
                "ImageCopy",
                "WorkingContainers", "ManifestLists",
                "ContainerStore", "ImageTransports", "ImageLayers", "Sandbox", "ImageModel", "ContentDigest",
                "ContainersConfig", "ProgressEvents", "JSONText", "LinuxSystem", "DockerfileSyntax",
                "DockerfileRecovery", "StreamCompression",
            ]),
        .executableTarget(name: "swiftlet", dependencies: ["CommandLineInterface"], swiftSettings: strict),

        // Tests.
        tests(of: "LinuxSystem", dependsOn: ["CLinux"]),
        tests(of: "ContentDigest"),
        tests(of: "StreamCompression"),
        tests(of: "TarArchive"),
        tests(of: "JSONText"),
        tests(of: "ImageModel", dependsOn: ["JSONText", "ContentDigest"]),
        tests(of: "ContainersConfig", dependsOn: ["ImageModel"]),
        tests(
            of: "ImageTransports",
            dependsOn: ["ImageModel", "ContentDigest", "JSONText", "LinuxSystem", "StreamCompression", "TarArchive"]),
        tests(
            of: "Distribution",
            dependsOn: [
                "ImageTransports", "ContainersConfig", "ImageModel", "ContentDigest", "JSONText", "StreamCompression",
                "LinuxSystem",
            ]),
        tests(
            of: "ImageTrust",
            dependsOn: [
                "ImageModel", "ContainersConfig", "ContentDigest", "JSONText",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        tests(
            of: "ImageLayers",
            dependsOn: ["ImageModel", "TarArchive", "StreamCompression", "ContentDigest", "LinuxSystem"]),
        tests(
            of: "ContainerStore",
            dependsOn: [
                "ImageLayers", "ImageModel", "ContentDigest", "JSONText", "LinuxSystem", "ContainersConfig",
                "StreamCompression", "TarArchive",
            ]),
        tests(
            of: "ImageCopy",
            dependsOn: ["ImageTransports", "ImageModel", "ContentDigest", "JSONText", "StreamCompression"]),
        tests(of: "WorkingContainers", dependsOn: ["LinuxSystem"]),
        tests(
            of: "ContainerLifecycle", dependsOn: ["ContainerStore", "ContainersConfig", "JSONText", "LinuxSystem"]),
        tests(
            of: "ManifestLists",
            dependsOn: ["ImageTransports", "ImageModel", "ContentDigest", "JSONText", "StreamCompression"]),
        tests(of: "Sandbox", dependsOn: ["JSONText", "LinuxSystem", "CSandbox"]),
        tests(of: "DockerfileSyntax"),
        tests(of: "DockerfileRecovery", dependsOn: ["DockerfileSyntax", "ImageModel", "ContentDigest", "JSONText"]),
        tests(of: "ImageBuild", dependsOn: ["DockerfileSyntax"]),
        tests(of: "CommandLineGrammar"),
        tests(of: "OutputTemplates", dependsOn: ["JSONText"]),
    ]
)

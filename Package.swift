// swift-tools-version: 6.2
import PackageDescription

/// The floors of the house (docs/ARCHITECTURE.md), each a folder of `Sources` and of `Tests`. Dependencies lead downward.
enum Floor: String {
    case foundations = "Foundations"
    case domain = "Domain"
    case workflows = "Workflows"
    case face = "Face"

    func folder(of target: String) -> String { "Sources/\(rawValue)/\(target)" }
}

/// Every Swift target is built with the same strict settings: Swift 6 mode, explicit `any`,
/// imports that do not leak, and warnings as errors.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A room of the house. `dependsOn` names the only targets it may import.
func room(_ floor: Floor, _ name: String, dependsOn: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependsOn, path: floor.folder(of: name), swiftSettings: strict)
}

/// What the unit tests of several rooms share; no room may use it.
func testSupport(_ name: String) -> Target {
    .target(name: name, path: "Tests/Support/\(name)", swiftSettings: strict)
}

/// The unit tests of one room.
func tests(_ floor: Floor, of name: String, dependsOn: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + dependsOn,
        path: "Tests/\(floor.rawValue)/\(name)Tests", swiftSettings: strict)
}

/// C code of our own, beside the room that uses it.
func cTarget(_ floor: Floor, _ name: String, dependsOn: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependsOn, path: floor.folder(of: name))
}

/// A C library that Debian's development package brings, beside the room that uses it.
func debianLibrary(_ floor: Floor, _ name: String, pkgConfig: String?, package: String) -> Target {
    .systemLibrary(name: name, path: floor.folder(of: name), pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
    name: "swiftlet",
    products: [
        .executable(name: "swiftlet", targets: ["swiftlet"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
    ],
    targets: [
        // C: system libraries and what Swift cannot say.
        debianLibrary(.foundations, "CISAL", pkgConfig: "libisal", package: "libisal-dev"),
        debianLibrary(.foundations, "CZstd", pkgConfig: "libzstd", package: "libzstd-dev"),
        debianLibrary(.foundations, "CLZMA", pkgConfig: "liblzma", package: "liblzma-dev"),
        debianLibrary(.foundations, "CBZip2", pkgConfig: nil, package: "libbz2-dev"),
        debianLibrary(.domain, "CSeccomp", pkgConfig: "libseccomp", package: "libseccomp-dev"),
        cTarget(.foundations, "CLinux"),
        cTarget(.domain, "CSandbox", dependsOn: ["CLinux"]),

        // Foundations.
        room(
            .foundations, "LinuxSystem",
            dependsOn: ["CLinux", .product(name: "SystemPackage", package: "swift-system")]),
        room(.foundations, "ContentDigest", dependsOn: [.product(name: "Crypto", package: "swift-crypto")]),
        room(.foundations, "StreamCompression", dependsOn: ["CISAL", "CZstd", "CLZMA", "CBZip2"]),
        room(.foundations, "JSONText"),
        room(.foundations, "TarArchive", dependsOn: ["CISAL", "JSONText"]),
        room(.foundations, "KeyEncoding", dependsOn: ["JSONText"]),
        room(.foundations, "TOMLText"),
        room(.foundations, "HTTPHeaders", dependsOn: ["LinuxSystem"]),
        room(.foundations, "ProgressEvents"),

        // Domain.
        room(
            .domain, "ImageModel",
            dependsOn: ["ContentDigest", "JSONText", .product(name: "Crypto", package: "swift-crypto")]),
        room(
            .domain, "ContainersConfig",
            dependsOn: ["ImageModel", "ContentDigest", "JSONText", "TOMLText"]),
        room(
            .domain, "ImageTransports",
            dependsOn: [
                "ImageModel", "ContentDigest", "JSONText", "TarArchive", "StreamCompression", "LinuxSystem",
            ]),
        room(
            .domain, "Distribution",
            dependsOn: [
                "ImageTransports", "ContainersConfig", "ImageModel", "ContentDigest", "JSONText", "StreamCompression",
                "LinuxSystem", "HTTPHeaders", "ProgressEvents",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        room(
            .domain, "ImageTrust",
            dependsOn: [
                "ImageModel", "ContainersConfig", "ContentDigest", "JSONText", "KeyEncoding", "LinuxSystem",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        room(
            .domain, "ImageEncryption",
            dependsOn: [
                "ContentDigest", "StreamCompression", "JSONText", "KeyEncoding", "LinuxSystem",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        room(
            .domain, "ImageLayers",
            dependsOn: ["ImageModel", "TarArchive", "StreamCompression", "ContentDigest", "LinuxSystem", "CLinux"]),
        room(
            .domain, "ContainerStore",
            dependsOn: [
                "ImageLayers", "ImageTransports", "ContainersConfig", "ImageModel", "ContentDigest", "JSONText",
                "LinuxSystem", "TarArchive", "StreamCompression", "ProgressEvents",
            ]),
        room(
            .domain, "Sandbox",
            dependsOn: ["LinuxSystem", "CSeccomp", "CSandbox", "CLinux", "JSONText", "ProgressEvents"]),
        room(.domain, "BuildCaches", dependsOn: ["ImageModel", "ContentDigest", "JSONText", "LinuxSystem"]),
        room(.domain, "DockerfileSyntax"),
        room(.domain, "DockerfileChecks", dependsOn: ["DockerfileSyntax", "ImageModel"]),
        room(
            .domain, "BuildGraph",
            dependsOn: ["DockerfileSyntax", "ImageModel", "ContentDigest", "JSONText", "LinuxSystem", "ProgressEvents"]),
        room(.domain, "DockerfileRecovery", dependsOn: ["DockerfileSyntax", "ImageModel", "ContentDigest"]),

        room(
            .domain, "SoftwareInventory",
            dependsOn: ["ContentDigest", "JSONText", "LinuxSystem", "StreamCompression", "TOMLText"]),

        // Workflows.
        room(
            .workflows, "ImageCopy",
            dependsOn: [
                "Distribution", "ImageTrust", "ImageEncryption", "ContainerStore", "ImageTransports", "ImageLayers",
                "ImageModel", "ContentDigest", "ContainersConfig",
                "StreamCompression", "ProgressEvents", "JSONText", "LinuxSystem",
            ]),
        room(
            .workflows, "CacheTransfer",
            dependsOn: [
                "ImageCopy", "BuildCaches", "ContainerStore", "Distribution", "ImageTransports", "ImageLayers",
                "ImageModel", "ContentDigest", "ProgressEvents", "StreamCompression", "JSONText", "LinuxSystem",
            ]),
        room(
            .workflows, "WorkingContainers",
            dependsOn: [
                "ContainerStore", "Sandbox", "ImageLayers", "ImageModel", "ContentDigest", "ContainersConfig",
                "JSONText", "LinuxSystem", "TarArchive", "StreamCompression",
            ]),
        room(
            .workflows, "ContainerLifecycle",
            dependsOn: [
                "WorkingContainers", "ContainerStore", "Sandbox", "ImageLayers", "ImageModel", "JSONText",
                "LinuxSystem",
                "TarArchive", "StreamCompression", "CLinux",
            ]),
        room(
            .workflows, "ManifestLists",
            dependsOn: [
                "ImageCopy", "ContainerStore", "ImageTransports", "ImageModel", "ContentDigest", "ProgressEvents",
                "StreamCompression", "JSONText", "LinuxSystem",
            ]),
        room(
            .workflows, "ImageBuild",
            dependsOn: [
                "DockerfileSyntax", "DockerfileChecks", "BuildGraph", "ImageCopy", "CacheTransfer",
                "WorkingContainers",
                "ContainerStore", "ImageLayers", "Sandbox",
                "ImageModel", "ContentDigest", "ContainersConfig", "ProgressEvents", "HTTPHeaders", "JSONText",
                "LinuxSystem", "TarArchive", "StreamCompression",
            ]),

        // The face.
        room(.face, "CommandLineGrammar"),
        room(.face, "OutputTemplates", dependsOn: ["JSONText"]),
        room(
            .face, "CommandLineInterface",
            dependsOn: [
                "CommandLineGrammar", "OutputTemplates", "Distribution", "ImageTrust", "ImageEncryption", "ImageBuild",
                "BuildGraph",
                "ContainerLifecycle",
                "ImageCopy", "CacheTransfer", "BuildCaches",
                "WorkingContainers", "ManifestLists",
                "ContainerStore", "ImageTransports", "ImageLayers", "Sandbox", "ImageModel", "ContentDigest",
                "ContainersConfig", "ProgressEvents", "JSONText", "LinuxSystem", "DockerfileSyntax", "DockerfileChecks",
                "DockerfileRecovery", "SoftwareInventory", "StreamCompression", "HTTPHeaders",
            ]),
        .executableTarget(
            name: "swiftlet", dependencies: ["CommandLineInterface"], path: Floor.face.folder(of: "swiftlet"),
            swiftSettings: strict),

        // Tests.
        testSupport("SeededRandomness"),
        tests(.foundations, of: "LinuxSystem", dependsOn: ["CLinux"]),
        tests(.foundations, of: "ContentDigest"),
        tests(.foundations, of: "StreamCompression", dependsOn: ["SeededRandomness"]),
        tests(.foundations, of: "TarArchive", dependsOn: ["JSONText", "SeededRandomness"]),
        tests(.foundations, of: "JSONText", dependsOn: ["SeededRandomness"]),
        tests(.foundations, of: "KeyEncoding"),
        tests(.foundations, of: "TOMLText"),
        tests(.foundations, of: "HTTPHeaders"),
        tests(.domain, of: "ImageModel", dependsOn: ["JSONText", "ContentDigest"]),
        tests(.domain, of: "ContainersConfig", dependsOn: ["ImageModel"]),
        tests(
            .domain, of: "ImageTransports",
            dependsOn: ["ImageModel", "ContentDigest", "JSONText", "LinuxSystem", "StreamCompression", "TarArchive"]),
        tests(
            .domain, of: "Distribution",
            dependsOn: [
                "ImageTransports", "ContainersConfig", "ImageModel", "ContentDigest", "JSONText", "StreamCompression",
                "LinuxSystem",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"), "HTTPHeaders",
            ]),
        tests(
            .domain, of: "ImageTrust",
            dependsOn: [
                "ImageModel", "ContainersConfig", "ContentDigest", "JSONText", "KeyEncoding",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        tests(
            .domain, of: "ImageEncryption",
            dependsOn: [
                "ContentDigest", "JSONText", "StreamCompression", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        tests(
            .domain, of: "ImageLayers",
            dependsOn: ["ImageModel", "TarArchive", "StreamCompression", "ContentDigest", "LinuxSystem"]),
        tests(
            .domain, of: "ContainerStore",
            dependsOn: [
                "ImageLayers", "ImageModel", "ContentDigest", "JSONText", "LinuxSystem", "ContainersConfig",
                "StreamCompression", "TarArchive",
            ]),
        tests(
            .workflows, of: "ImageCopy",
            dependsOn: [
                "LinuxSystem", "ImageTransports", "ImageModel", "ContentDigest", "JSONText", "StreamCompression",
            ]),
        tests(.workflows, of: "WorkingContainers", dependsOn: ["ImageModel", "LinuxSystem", "Sandbox"]),
        tests(
            .workflows, of: "ContainerLifecycle",
            dependsOn: ["ContainerStore", "ContainersConfig", "JSONText", "LinuxSystem"]),
        tests(
            .workflows, of: "ManifestLists",
            dependsOn: ["ImageTransports", "ImageModel", "ContentDigest", "JSONText", "StreamCompression"]),
        tests(.domain, of: "Sandbox", dependsOn: ["JSONText", "LinuxSystem", "CSandbox"]),
        tests(
            .domain, of: "BuildCaches",
            dependsOn: ["ImageModel", "ContentDigest", "JSONText", "LinuxSystem"]),
        tests(.domain, of: "DockerfileSyntax", dependsOn: ["SeededRandomness"]),
        tests(.domain, of: "DockerfileChecks", dependsOn: ["DockerfileSyntax", "SeededRandomness"]),
        tests(.domain, of: "BuildGraph", dependsOn: ["DockerfileSyntax", "ImageModel", "ProgressEvents"]),
        tests(
            .domain, of: "DockerfileRecovery",
            dependsOn: ["DockerfileSyntax", "ImageModel", "ContentDigest", "JSONText", "SeededRandomness"]),
        tests(
            .domain, of: "SoftwareInventory",
            dependsOn: ["ContentDigest", "JSONText", "LinuxSystem", "StreamCompression"]),
        tests(
            .workflows, of: "ImageBuild",
            dependsOn: [
                "DockerfileSyntax", "BuildGraph", "WorkingContainers", "Sandbox", "ImageModel", "JSONText",
                "LinuxSystem", "ProgressEvents", "SeededRandomness", "TarArchive",
            ]),
        tests(.face, of: "CommandLineGrammar", dependsOn: ["SeededRandomness"]),
        tests(.face, of: "OutputTemplates", dependsOn: ["JSONText", "SeededRandomness"]),
        tests(
            .face, of: "CommandLineInterface",
            dependsOn: ["CommandLineGrammar", "ImageModel", "LinuxSystem", "ProgressEvents", "SoftwareInventory"]),
    ]
)

// The fuzz targets (docs/TESTING.md) have no `main` of their own: libFuzzer brings it, and only a build with its sanitizer links.
if Context.environment["SWIFTLET_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "FuzzTargets",
            dependencies: [
                "ContainerStore", "ContainersConfig", "DockerfileSyntax", "ImageLayers", "ImageModel", "JSONText",
                "OutputTemplates", "StreamCompression", "TarArchive", "HTTPHeaders",
            ],
            path: "Tests/Fuzz/Targets", swiftSettings: strict))
}

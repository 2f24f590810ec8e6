package import JSONText
package import LinuxSystem

/// How an image was built, as SLSA provenance (slsa.dev/spec), with BuildKit's members for Dockerfiles.
package struct ProvenanceDocument: Sendable {
    /// The versions of SLSA.
    package enum Version: String, Sendable {
        case v1 = "v1"
        case v02 = "v0.2"

        /// The type of the predicate.
        package var predicateType: String { "https://slsa.dev/provenance/\(rawValue)" }
    }

    /// Something that the build used.
    package struct Material: Sendable, Hashable {
        package var uri: String
        /// `sha256` or `sha1`.
        package var algorithm: String
        /// Hexadecimal digits.
        package var digest: String

        package init(uri: String, algorithm: String, digest: String) {
            self.uri = uri
            self.algorithm = algorithm
            self.digest = digest
        }
    }

    /// Whether arguments, labels, secrets' names and the Dockerfile are left out.
    package var isMinimal = false
    package var version = Version.v1
    package var builderID = ""
    package var isReproducible = false
    package var invocationID = ""
    package var started = FileTime(seconds: 0)
    package var finished = FileTime(seconds: 0)
    /// The build context's address, if it is not local.
    package var contextAddress: String?
    /// The Dockerfile's name and content.
    package var dockerfile = (name: "Dockerfile", content: [UInt8]())
    /// The arguments of the request: `build-arg:NAME`, `label:NAME`, `target` and others.
    package var arguments: [String: String] = [:]
    /// The ids of secrets and agents; never their values.
    package var secrets: [String] = []
    package var agents: [String] = []
    /// The names of local directories.
    package var locals: [String] = []
    package var materials: Set<Material> = []
    package var platform = ""

    package init() {}

    package var json: JSONValue { version == .v1 ? version1 : version02 }

    private var configSource: (uri: JSONValue?, path: String) {
        (contextAddress.map { .string($0) }, dockerfile.name)
    }

    private var request: JSONValue {
        var object: JSONObject = ["frontend": "dockerfile.v0"]
        let shown = arguments.filter { !isMinimal || !Self.isPrivate($0.key) }.sorted { $0.key < $1.key }
        if !shown.isEmpty { object["args"] = .object(JSONObject(shown.map { ($0.key, .string($0.value)) })) }
        if !isMinimal {
            if !secrets.isEmpty { object["secrets"] = .array(secrets.sorted().map { ["id": .string($0)] }) }
            if !agents.isEmpty { object["ssh"] = .array(agents.sorted().map { ["id": .string($0)] }) }
        }
        if !locals.isEmpty { object["locals"] = .array(locals.map { ["name": .string($0)] }) }
        return .object(object)
    }

    private static func isPrivate(_ argument: String) -> Bool {
        argument.hasPrefix("build-arg:") || argument.hasPrefix("label:")
    }

    /// Whether nothing of the request is left out.
    private var hasWholeRequest: Bool { !isMinimal || !arguments.keys.contains(where: Self.isPrivate) }
    /// A local directory has no digest, nor has a repository that was checked out before the build.
    private var hasAllMaterials: Bool { locals.isEmpty && contextAddress == nil }

    private var dependencies: JSONValue {
        .array(
            materials.sorted { ($0.uri, $0.digest) < ($1.uri, $1.digest) }.map {
                ["uri": .string($0.uri), "digest": .object([$0.algorithm: .string($0.digest)])]
            })
    }

    private var metadata: JSONValue {
        guard !isMinimal else { return [:] }
        return [
            "source": [
                "infos": [
                    [
                        "filename": .string(dockerfile.name), "language": "Dockerfile",
                        "data": .string(Base64.encode(dockerfile.content)),
                    ]
                ]
            ]
        ]
    }

    private var version1: JSONValue {
        var source = JSONObject()
        source["uri"] = configSource.uri
        source["path"] = .string(configSource.path)
        var run: JSONObject = [
            "invocationId": .string(invocationID), "startedOn": .string(Clock.rfc3339(started)),
            "finishedOn": .string(Clock.rfc3339(finished)), "buildkit_metadata": metadata,
            "buildkit_completeness": [
                "request": .bool(hasWholeRequest), "resolvedDependencies": .bool(hasAllMaterials),
            ],
        ]
        if isReproducible { run["buildkit_reproducible"] = true }
        return [
            "buildDefinition": [
                "buildType":
                    "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
                "externalParameters": ["configSource": .object(source), "request": request],
                "internalParameters": ["builderPlatform": .string(platform)], "resolvedDependencies": dependencies,
            ],
            "runDetails": ["builder": ["id": .string(builderID)], "metadata": .object(run)],
        ]
    }

    private var version02: JSONValue {
        var source = JSONObject()
        source["uri"] = configSource.uri
        source["entryPoint"] = .string(configSource.path)
        return [
            "builder": ["id": .string(builderID)], "buildType": "https://mobyproject.org/buildkit@v1",
            "materials": dependencies,
            "invocation": [
                "configSource": .object(source), "parameters": request,
                "environment": ["platform": .string(platform)],
            ],
            "metadata": [
                "buildInvocationID": .string(invocationID), "buildStartedOn": .string(Clock.rfc3339(started)),
                "buildFinishedOn": .string(Clock.rfc3339(finished)),
                "completeness": [
                    "parameters": .bool(hasWholeRequest), "environment": true, "materials": .bool(hasAllMaterials),
                ],
                "reproducible": .bool(isReproducible), "https://mobyproject.org/buildkit@v1#metadata": metadata,
            ],
        ]
    }
}

package import ImageModel

/// What a build graph depends on besides the Dockerfile and the configurations of base images. Values only.
package struct GraphInputs: Sendable {
    package var buildArguments: [String: String] = [:]
    /// The value of the global ARG `SOURCE_DATE_EPOCH` once it is resolved; empty for unset, nil for unchanged.
    package var globalEpoch: String?
    /// The name or index of the stage to build; nil for the last.
    package var target: String?
    /// Additional contexts for `--from=` and FROM, by their canonical name.
    package var contexts: [String: NamedContext] = [:]
    /// Replaces the base of the first FROM.
    package var firstBase: String?
    /// Whether to skip stages that the target does not need.
    package var skipsUnusedStages = true
    package var platform = Platform.host
    /// Whether each step that changes files creates a layer. Otherwise a stage adds a single layer to its base.
    package var makesLayers = true
    /// The labels of the image.
    package var labels: [(key: String, value: String)] = []
    /// Whether stages have labels with their names and bases.
    package var labelsStages = false
    /// Names of labels that stages do not inherit from their base images.
    package var unsetLabels: [String] = []
    /// Whether stages inherit labels from their base images.
    package var inheritsLabels = true
    /// Initial variables of every stage, in addition to its base image's.
    package var environment: [(key: String, value: String)] = []
    /// The proxy variables of commands: specific to the host, never part of the image.
    package var proxies: [String: String] = [:]
    /// Mounts for every command, in the syntax of `RUN --mount`.
    package var commandMounts: [String] = []
    /// What steps may ask for beyond the build's own confinement: `network.host`, `security.insecure`.
    package var entitlements: Set<String> = []
    /// Whether the user chose the network: then a step needs the entitlement for the host's.
    package var restrictsNetwork = false

    /// The inputs of a build without any option.
    package init() {}
}

/// A named build context.
package enum NamedContext: Sendable, Equatable {
    case directory(String)
    case image(String)
    /// An empty root.
    case scratch

    /// The form of a context's name, or of a name that a context may stand for, in which they are compared: like
    /// `docker.io/library/alpine:latest` and `alpine`, names of the same image are equal.
    @Sendable
    package static func canonicalName(_ name: String) -> String {
        let lowercased = name.lowercased()
        guard let familiar = try? ImageReference(parsing: lowercased).familiar else { return lowercased }
        return familiar.hasSuffix(":latest") ? String(familiar.dropLast(7)) : familiar
    }
}

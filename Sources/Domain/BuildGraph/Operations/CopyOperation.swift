package import DockerfileSyntax
package import LinuxSystem

/// COPY or ADD, with variables expanded.
package struct CopyOperation: Sendable {
    /// Paths, patterns and addresses.
    package var sources: [String]
    /// The destination as written.
    package var destination: String
    /// The absolute destination; a trailing slash marks a directory.
    package var place: String
    /// Where the sources are; nil for the main context.
    package var origin: StageGraph.Origin?
    package var owner: String?
    package var mode: ModeChange?
    package var excludes: [String]
    package var keepsParents: Bool
    /// Whether the files become a layer that does not depend on those below (`--link`).
    package var isLinked: Bool
    /// Whether local archives are unpacked, and downloaded ones.
    package var unpacks, unpacksRemote: Bool
    package var isAdd: Bool
    /// The expected digest of fetched content.
    package var checksum: String?
    /// The position of the checksum.
    package var checksumRange: SourceRange?
    /// Whether the `.git` directory of repositories is copied; nil if the flag is not given.
    package var keepsGitDirectory: Bool?
    /// Inline files: names and contents.
    package var inlineFiles: [InlineFile]
    /// The directories of volumes to make first.
    package var newVolumes: [String]

    /// A heredoc.
    package struct InlineFile: Sendable, Equatable {
        package let name: String
        package let content: [UInt8]
    }

    /// Adds what was asked to a key, without the sources: their content counts instead.
    package func add(to key: inout CacheKey) {
        key.add("inline", inlineFiles.flatMap { [$0.name, CacheKey.digest(of: $0.content)] })
        key.add("destination", place)
        key.add("owner", owner.map { [$0] } ?? [])
        key.add("mode", mode?.description ?? "")
        key.add("flags", [keepsParents, isLinked, unpacks, unpacksRemote].map { $0 ? "yes" : "no" })
        if !newVolumes.isEmpty { key.add("new volumes", newVolumes) }
    }
}

/// WORKDIR: makes a missing directory.
package struct DirectoryOperation: Sendable {
    /// Absolute, without a trailing slash.
    package var path: String
    /// The stage's user, who owns the directory.
    package var user: String
    /// The directories of volumes to make first.
    package var newVolumes: [String]

    /// Adds what was asked to a key.
    package func add(to key: inout CacheKey) {
        key.add("path", path)
        key.add("user", user)
        if !newVolumes.isEmpty { key.add("new volumes", newVolumes) }
    }
}

extension Face {
    /// `artifact ...`, in Podman's grammar.
    static var artifactGroup: CommandNode {
        .group(
            "artifact", summary: "Manage OCI artifacts",
            [
                .command(ArtifactAddCommand.self), .command(ArtifactExtractCommand.self),
                .command(ArtifactInspectCommand.self), .command(ArtifactListCommand.self, as: "ls", aliases: ["list"]),
                .command(ArtifactPullCommand.self), .command(ArtifactPushCommand.self),
                .command(ArtifactRemoveCommand.self, as: "rm", aliases: ["remove"]),
            ])
    }

    /// `manifest ...`, in Buildah's grammar as well as Podman's.
    static var manifestGroup: CommandNode {
        .group(
            "manifest", summary: "Manipulate manifest lists and image indexes",
            [
                .command(ManifestAddCommand.self), .command(ManifestAnnotateCommand.self),
                .command(ManifestCreateCommand.self), .command(ManifestExistsCommand.self),
                .command(ManifestInspectCommand.self), .command(ManifestPushCommand.self),
                .command(ManifestRemoveCommand.self), .command(ManifestDeleteCommand.self),
            ])
    }
}

extension Face {
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

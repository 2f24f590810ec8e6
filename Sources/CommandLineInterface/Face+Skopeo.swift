extension Face {
    /// Skopeo's grammar.
    static var skopeo: Face {
        Face(
            name: "skopeo", summary: "Various operations with container images and container image registries",
            flags: GlobalFlags.flags, commands: [], failureCode: 1)
    }
}

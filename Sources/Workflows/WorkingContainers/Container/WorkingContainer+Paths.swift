import ImageModel

extension WorkingContainer {
    /// The absolute form of a path given to a command for this container: relative paths start in its working
    /// directory.
    package func absolutePath(_ path: String) -> String {
        ContainerPath.absolute(path, from: container.workingDir)
    }
}

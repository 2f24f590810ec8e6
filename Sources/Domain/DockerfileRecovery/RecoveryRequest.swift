package import ImageModel

/// An image to make a Dockerfile from.
package struct RecoveryRequest: Sendable {
    /// What the image is called, for the title.
    package var name: String
    /// Its configuration.
    package var config: ImageConfig
    /// What it was built on; nil for nothing that is known.
    package var base: BaseChoice?
    /// What the image says it was built on, if anything.
    package var recordedBase: String?
    /// What the layers hold, by their place from the bottom; those that are not known are left out.
    package var layers: [Int: LayerContents] = [:]
    /// The platform that builds are for when nothing is said.
    package var defaultPlatform = Platform.host

    /// The largest number of history entries that are read.
    package static let maximumEntries = 2000

    /// A request for an image of this name and configuration.
    package init(name: String, config: ImageConfig) {
        self.name = name
        self.config = config
    }

    /// The Dockerfile. Never fails: what cannot be told becomes a remark. The text parses without errors.
    package func dockerfile() -> RecoveredDockerfile {
        var run = RecoveryRun(self)
        return run.recover()
    }
}

package import ImageModel

/// An image to reconstruct a Dockerfile from.
package struct RecoveryRequest: Sendable {
    /// The image's name, for the title.
    package var name: String
    /// Its configuration.
    package var config: ImageConfig
    /// The base image; nil when unknown.
    package var base: BaseChoice?
    /// The base recorded in the image, if any.
    package var recordedBase: String?
    /// Layer contents by index, base first; unknown ones are missing.
    package var layers: [Int: LayerContents] = [:]
    /// The platform of builds without an explicit one.
    package var defaultPlatform = Platform.host

    /// The maximum number of history entries to read.
    package static let maximumEntries = 2000

    /// A request for an image of this name and configuration.
    package init(name: String, config: ImageConfig) {
        self.name = name
        self.config = config
    }

    /// Reconstructs the Dockerfile. Never fails: unknown parts become remarks. The text parses without errors.
    package func dockerfile() -> RecoveredDockerfile {
        var run = RecoveryRun(self)
        return run.recover()
    }
}

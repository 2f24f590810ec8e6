package import ImageModel
package import WorkingContainers

/// Provides the base images that a source policy allows, or those that it replaces them by.
package final class PolicedImages: BaseImageProvider {
    private let images: any BaseImageProvider
    private let policy: SourcePolicy

    package init(_ images: any BaseImageProvider, _ policy: SourcePolicy) {
        self.images = images
        self.policy = policy
    }

    package func baseImage(
        _ name: String, policy pull: BuildOptions.PullPolicy, platform: Platform?
    ) throws -> StoredImage {
        try images.baseImage(policy.image(for: name), policy: pull, platform: platform)
    }
}

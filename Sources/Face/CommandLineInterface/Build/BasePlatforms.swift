import ContainerStore
import ImageModel
import ImageTransports
import ManifestLists
import WorkingContainers

/// The platforms that a build's base images support: `build --all-platforms`.
struct BasePlatforms {
    let store: ContainerStore
    let places: ListImageLocator

    /// The platforms that all of these images support, in the order of the first.
    ///
    /// - Throws: ``CommandError`` when there is no image, or no common platform.
    func common(to images: [String]) throws -> [Platform] {
        guard let first = images.first else { throw CommandError("build uses no non-scratch base images") }
        var platforms = try self.platforms(of: first)
        for image in images.dropFirst() {
            let others = try self.platforms(of: image)
            platforms.removeAll { !others.contains($0) }
        }
        guard !platforms.isEmpty else { throw CommandError("base images have no platforms in common") }
        return platforms
    }

    private func platforms(of image: String) throws -> [Platform] {
        let candidate = try places.candidate(image)
        var platforms: [Platform] = []
        for platform in try candidate.platforms.map(\.normalized) where !platforms.contains(platform) {
            // Entries for no platform are attestations.
            if [platform.os, platform.architecture].contains(where: { $0.isEmpty || $0 == "unknown" }) { continue }
            platforms.append(platform)
        }
        return platforms
    }
}

import ContainerStore
import ImageModel
import WorkingContainers

/// Which images of the store were made from which.
struct ImageFamily {
    private let store: ContainerStore
    private let images: [ImageRecord]

    init(_ store: ContainerStore) throws {
        self.store = store
        images = try store.images()
    }

    /// Whether the image has no name and another one goes on from it, as the steps of a build by Buildah do.
    func isIntermediate(_ image: ImageRecord) -> Bool {
        guard image.names.isEmpty, let config = try? StoredImage(image, in: store).config else { return false }
        return images.contains { other in
            guard other.id != image.id, let child = try? StoredImage(other, in: store).config else { return false }
            return Self.child(child, goesOnFrom: config)
        }
    }

    private static func child(_ child: ImageConfig, goesOnFrom parent: ImageConfig) -> Bool {
        let (own, all) = (parent.history ?? [], child.history ?? [])
        // Without a history nothing tells a child from a sibling.
        guard !own.isEmpty, all.count > own.count else { return false }
        return child.rootfs.diffIDs.starts(with: parent.rootfs.diffIDs) && all.starts(with: own)
    }
}

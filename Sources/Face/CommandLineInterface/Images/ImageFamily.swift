import ContainerStore
import ImageModel
import WorkingContainers

/// The parent relations between the images of the store.
struct ImageFamily {
    private let store: ContainerStore
    private let images: [ImageRecord]

    init(_ store: ContainerStore) throws {
        self.store = store
        images = try store.images()
    }

    /// Whether the image has no name and another one continues it, as the steps of a build by Buildah do.
    func isIntermediate(_ image: ImageRecord) -> Bool {
        guard image.names.isEmpty, let config = try? StoredImage(image, in: store).config else { return false }
        return images.contains { other in
            guard other.id != image.id, let child = try? StoredImage(other, in: store).config else { return false }
            return Self.child(child, goesOnFrom: config)
        }
    }

    private static func child(_ child: ImageConfig, goesOnFrom parent: ImageConfig) -> Bool {
        let (own, all) = (parent.history ?? [], child.history ?? [])
        // Without a history, children and siblings are indistinguishable.
        guard !own.isEmpty, all.count > own.count else { return false }
        return child.rootfs.diffIDs.starts(with: parent.rootfs.diffIDs) && all.starts(with: own)
    }
}

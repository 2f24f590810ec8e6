import ContainerStore
import ImageBuild
import ImageCopy
import ImageModel
import ImageTransports
import ProgressEvents
import WorkingContainers

/// The images that builds and containers begin with: those in the store, and those in files that a name points to.
final class StoreImages: BaseImageProvider {
    private let store: ContainerStore
    private let calledAs: String
    private let report: ProgressHandler

    init(_ store: ContainerStore, calledAs: String, report: @escaping ProgressHandler) {
        self.store = store
        self.calledAs = calledAs
        self.report = report
    }

    func baseImage(_ name: String, policy: BuildOptions.PullPolicy, platform: Platform?) throws -> StoredImage {
        let record: ImageRecord
        if TransportReference(parsing: name) != nil {
            let place = try PlaceResolver.source(name, calledAs: calledAs)
            record = try ImagePull(into: store, report: report).pull(
                place.source, platform: platform ?? Platform.host, names: place.names)
        } else if let found = try store.image(name) {
            // An image that only this machine has can't be fetched again, whatever the policy.
            if policy == .always, !found.names.contains(where: { $0.hasPrefix("localhost/") }) {
                throw CommandError(
                    "\(name): pulling from registries comes with a later version (--pull=missing uses the local image)")
            }
            record = found
        } else {
            throw CommandError("\(name): image not known (pulling from registries comes with a later version)")
        }
        let image = try StoredImage(record, in: store)
        if let platform, !platform.matches(image.config.platform) {
            throw CommandError("\(name) is for \(image.config.platform), not for \(platform)")
        }
        return image
    }
}

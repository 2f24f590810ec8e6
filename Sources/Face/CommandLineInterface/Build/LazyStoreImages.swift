import CommandLineGrammar
import ContainerStore
import ImageBuild
import ImageModel
import WorkingContainers

/// The images in the store, which is opened when the first one is looked for.
final class LazyStoreImages {
    private let arguments: ParsedArguments
    private let session: Session
    private var images: StoreImages?
    private var isMissing = false

    init(_ arguments: ParsedArguments, _ session: Session) {
        self.arguments = arguments
        self.session = session
    }

    /// The image of that name, if possible for that platform; nil if it is not in the store.
    func localImage(_ name: String, _ platform: Platform) -> StoredImage? {
        guard let images = opened() else { return nil }
        return (try? images.baseImage(name, policy: .never, platform: platform))
            ?? (try? images.baseImage(name, policy: .never, platform: nil))
    }

    /// Without a store that can be opened there are no images.
    private func opened() -> StoreImages? {
        if images == nil, !isMissing {
            images = (try? session.openStore()).flatMap { try? StoreImages($0, arguments, session, report: { _ in }) }
            isMissing = images == nil
        }
        return images
    }
}

package import ContainerStore
import Glibc
import LinuxSystem

extension ManagedContainer {
    /// The size of the container's own files in bytes, and its total size including the image's layers.
    package func sizes(in store: ContainerStore) throws -> (own: Int64, whole: Int64) {
        guard definition.rootDirectory == nil else { return (0, 0) }
        let layers = try store.layer(record.layer)?.parent.map { try store.layerChain($0) } ?? []
        let below = layers.lazy.map(\.diffSize).sumOfSizes()
        let directory = try OwnedFD.open(store.driver.contentDirectory(record.layer), O_RDONLY | O_DIRECTORY)
        var size = try ManagedContainer.size(of: directory)
        if !store.driver.holdsChangesOnly { size = max(0, size - below) }
        return (size, below.addingSaturated(size))
    }

    /// The total length of all regular files below; does not follow links.
    private static func size(of directory: borrowing OwnedFD) throws -> Int64 {
        var sum: Int64 = 0
        for entry in try Files.entries(of: directory) {
            let status = try Files.status(at: directory.raw, entry.name)
            switch status.kind {
            case .regular: sum = sum.addingSaturated(status.size)
            case .directory:
                // Directories nested too deeply to be open at once should not cause a failure.
                guard
                    let below = try? OwnedFD.open(
                        at: directory.raw, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
                else { continue }
                sum = sum.addingSaturated(try size(of: below))
            default: continue
            }
        }
        return sum
    }
}

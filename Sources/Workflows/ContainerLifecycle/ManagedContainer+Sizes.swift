package import ContainerStore
import Glibc
import LinuxSystem

extension ManagedContainer {
    /// The size of the container's own files in bytes, and its total size including the image's layers.
    package func sizes(in store: ContainerStore) throws -> (own: Int64, whole: Int64) {
        guard definition.rootDirectory == nil else { return (0, 0) }
        let layers = try store.layer(record.layer)?.parent.map { try store.layerChain($0) } ?? []
        let below = layers.reduce(Int64(0)) { $0.addingReportingOverflow(max(0, $1.diffSize)).partialValue }
        let directory = try OwnedFD.open(store.driver.contentDirectory(record.layer), O_RDONLY | O_DIRECTORY)
        var size = try ManagedContainer.size(of: directory)
        if !store.driver.holdsChangesOnly { size = max(0, size - below) }
        return (size, below.addingReportingOverflow(size).partialValue)
    }

    /// The total length of all regular files below; does not follow links.
    private static func size(of directory: borrowing OwnedFD) throws -> Int64 {
        var sum: Int64 = 0
        for entry in try Files.entries(of: directory) {
            let status = try Files.status(at: directory.raw, entry.name)
            switch status.kind {
            case .regular: sum = sum.addingReportingOverflow(status.size).partialValue
            case .directory:
                // Directories nested too deeply to be open at once should not cause a failure.
                guard
                    let below = try? OwnedFD.open(
                        at: directory.raw, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
                else { continue }
                sum = sum.addingReportingOverflow(try size(of: below)).partialValue
            default: continue
            }
        }
        return sum
    }
}

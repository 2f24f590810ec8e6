import ContainerStore
import ImageModel
import LinuxSystem
import WorkingContainers

/// `build --output type=tar` for several platforms: one archive with a directory such as `linux_arm_v7` for each.
struct PlatformArchive {
    let images: [(image: ImageRecord, platform: Platform)]
    let store: ContainerStore
    /// Where the files are collected.
    let temporary: String

    func write(to output: BuildOutput) throws {
        let collection = "\(temporary)/swiftlet-output-\(RandomBytes.hex(8))"
        try Files.makeDirectory(collection, mode: 0o755)
        defer { try? Files.removeTree(collection) }
        for (image, platform) in images {
            let root = try ReadOnlyRoot(of: image.topLayer, in: store)
            defer { root.close() }
            let place = "\(collection)/\(BuildExport.directoryName(of: platform))"
            try BuildExport.copy(root.path, to: place, keepsOwners: true, time: nil)
        }
        try BuildExport.archive(collection, to: output, time: nil)
    }
}

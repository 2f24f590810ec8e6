import ContainerStore
import ImageBuild
import ImageModel
import LinuxSystem
import WorkingContainers

/// `build --output type=tar` for several platforms: one archive with a directory such as `linux_arm_v7` for each.
struct PlatformArchive {
    let images: [(result: ImageBuilder.Result, platform: Platform, papers: [BuildPaper])]
    let store: ContainerStore
    /// Where the files are collected.
    let temporary: String

    func write(to output: BuildOutput) throws {
        // Nobody else may reach the files, which are what strangers' images contain: programs that run as their owner.
        let directory = try TemporaryDirectory(in: temporary, named: "swiftlet-output-")
        defer { withExtendedLifetime(directory) {} }
        let collection = directory.path + "/files"
        try Files.makeDirectory(collection, mode: 0o755)
        let time = images.first?.result.fixedTime
        for (result, platform, papers) in images {
            let root = try ReadOnlyRoot(of: result.image.topLayer, in: store)
            defer { root.close() }
            let place = "\(collection)/\(BuildExport.directoryName(of: platform))"
            try BuildExport.copy(root.path, to: place, keepsOwners: true, time: time)
            try AttestedImage.write(papers, about: root.path, into: place, time: time)
        }
        try BuildExport.archive(collection, to: output, time: time)
    }
}

import Glibc
package import ImageLayers
import LinuxSystem
package import StreamCompression

extension StagingLayer {
    /// Lets `body` write the layer's tar-split data, which is stored gzipped in `tarSplitPath`.
    package func recordingTarSplit<T>(_ body: (CompressingSink) throws -> T) throws -> T {
        let file = try OwnedFD.open(tarSplitPath, O_CREAT | O_EXCL | O_WRONLY, mode: 0o600)
        let sink = try CompressingSink(FileDescriptorSink(fd: file.raw), .gzip, threads: 1)
        let result = try body(sink)
        try sink.finish()
        return result
    }
}

extension ContainerStore {
    /// Applies an archive to a staging layer's directory, which must be untouched. The store determines how whiteouts,
    /// owners and devices are represented.
    package func applier(for staging: StagingLayer) throws -> LayerApplier {
        var options = ApplyOptions(
            whiteouts: driver.holdsChangesOnly ? .overlay(userXattr: driver.usesUserAttributes) : .removing,
            ignoreUnmappedOwners: isSingleID || behaviour.ignoresUnmappedOwners,
            makesDevices: !isRootless)
        if let parent = staging.parent { options.lowerDirectories = try contentDirectories(of: parent) }
        return try LayerApplier(directory: staging.contentDirectory, options: options)
    }
}

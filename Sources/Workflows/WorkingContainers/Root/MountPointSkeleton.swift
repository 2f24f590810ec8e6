package import ContainerStore
import LinuxSystem
import Sandbox

/// A directory that holds nothing but the places that a sandbox mounts upon. As the lowest directory of an overlay it
/// lends them to every image without a trace in the step's layer.
package enum MountPointSkeleton {
    /// Makes the skeleton where it is missing, and gives its path. It can be deleted at any time while nothing runs.
    package static func prepare(in layout: StoreLayout) throws -> String {
        let path = "\(layout.ownRoom)/mount-points"
        if Files.exists(path) { return path }
        try Files.makeDirectories(layout.ownRoom, mode: 0o700)
        // Another process may be doing the same: whoever renames first has made it.
        let draft = "\(path).\(RandomBytes.hex(8))"
        try Files.makeDirectory(draft, mode: 0o755)
        for directory in SandboxSpec.standardMountPoints.directories {
            try Files.makeDirectories(draft + directory, mode: 0o755)
        }
        for file in SandboxSpec.standardMountPoints.files {
            try Files.makeDirectories(
                draft + file.prefix(upTo: file.lastIndex(of: "/") ?? file.startIndex), mode: 0o755)
            try Files.replaceFile(draft + file, with: [], mode: 0o644, synchronize: false)
        }
        do throws(LinuxError) {
            try Files.renameNew(draft, path)
        } catch {
            try? Files.removeTree(draft)
            guard Files.exists(path) else { throw error }
        }
        return path
    }
}

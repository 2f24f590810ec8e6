package import ContainerStore
import LinuxSystem
import Sandbox

/// A directory that contains only a sandbox's mount points. As the lowest directory of an overlay it provides them for
/// every image, without a trace in the step's layer.
package enum MountPointSkeleton {
    /// Creates the skeleton if it is missing, and returns its path. It can be deleted at any time while nothing runs.
    ///
    /// - Parameter hasRun: whether it has `/run`.
    package static func prepare(in layout: StoreLayout, hasRun: Bool = true) throws -> String {
        let path = "\(layout.ownRoom)/mount-points" + (hasRun ? "" : "-without-run")
        if Files.exists(path) { return path }
        try Files.makeDirectories(layout.ownRoom, mode: 0o700)
        // Another process may be doing the same: the first rename wins.
        let draft = "\(path).\(RandomBytes.hex(8))"
        try Files.makeDirectory(draft, mode: 0o755)
        func isWanted(_ place: String) -> Bool { hasRun || place != "/run" && !place.hasPrefix("/run/") }
        for directory in SandboxSpec.standardMountPoints.directories where isWanted(directory) {
            try Files.makeDirectories(draft + directory, mode: 0o755)
        }
        for file in SandboxSpec.standardMountPoints.files where isWanted(file) {
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

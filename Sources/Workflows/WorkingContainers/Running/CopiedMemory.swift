import ContainerStore
import Glibc
import LinuxSystem
import Sandbox

/// A tmpfs that begins as a copy of what the root has in its place (`tmpcopyup`).
enum CopiedMemory {
    /// Fills a tmpfs outside the sandbox.
    ///
    /// - Parameters:
    ///   - mount: a tmpfs.
    ///   - files: the container's root.
    ///   - place: an empty directory for the tmpfs, in a mount namespace of this process.
    /// - Returns: the mount of the copy; `mount` itself where the root has no directory.
    static func prepare(_ mount: SandboxMount, in files: String, at place: String) throws -> SandboxMount {
        guard let from = try? RootedDirectory(opening: files).handle(at: mount.destination),
            try from.status().kind == .directory
        else { return mount }
        try Mounts.mount(
            source: "tmpfs", target: place, type: "tmpfs", flags: 0, data: mount.data.joined(separator: ","))
        let target = "\(place)/content"
        try TreeCopy(from: from.rootedDirectory(), to: target).run()
        let mode = mount.data.last { $0.hasPrefix("mode=") }?.dropFirst(5)
        if let mode = mode.flatMap({ UInt32($0, radix: 8) }) {
            try Files.changeMode(at: Files.currentDirectory, target, mode: mode)
        }
        let options = mount.runtimeOptions.filter { !mount.data.contains($0) && $0 != "tmpcopyup" }
        return try SandboxMount(
            PathHandle(trusting: target), as: "tmpfs", at: mount.destination, options: options)
    }
}

import ContainerStore
import Glibc
import LinuxSystem
import Sandbox

extension ManagedContainer {
    /// The mounts of the container's named volumes. Missing ones are created, and empty ones get a copy of what the root
    /// has at their place.
    func namedVolumeMounts(over files: String, in store: ContainerStore) throws -> [SandboxMount] {
        let volumes = VolumeStore(store)
        return try definition.mounts.filter { $0.type == "volume" }.map { mount in
            let volume = try volumes.volume(mount.source) ?? volumes.create(mount.source)
            if !mount.options.contains("nocopy") {
                try ManagedContainer.fillIfEmpty(volume.mountPoint, from: mount.destination, in: files)
            }
            return try SandboxMount(
                type: "bind", source: volume.mountPoint, destination: mount.destination,
                options: mount.options.filter { $0 != "nocopy" && $0 != "copy" } + ["rbind"])
        }
    }

    private static func fillIfEmpty(_ directory: String, from place: String, in files: String) throws {
        guard try Files.entries(ofDirectory: directory).isEmpty else { return }
        let draft = "\(directory).\(RandomBytes.hex(8))"
        defer { try? Files.removeTree(draft) }
        do throws(LinuxError) {
            let source = try RootedDirectory(opening: files).handle(at: place)
            guard try source.status().kind == .directory else { return }
            try copy(from: source, to: draft)
            try Files.rename(draft, directory)
        } catch {
            // Nothing is there, or another container was faster.
            let harmless = [ENOENT, ENOTDIR, ENOTEMPTY, EEXIST]
            guard harmless.contains(error.code) else { throw error }
        }
    }
}

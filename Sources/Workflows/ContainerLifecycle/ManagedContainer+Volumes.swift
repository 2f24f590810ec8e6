package import ContainerStore
import Glibc
import LinuxSystem
import Sandbox

extension ManagedContainer {
    /// The mounts of the container's anonymous volumes, which are created and filled with the image's content on the
    /// first run. They are stored beside the container and removed with it.
    func volumeMounts(over files: String, in store: ContainerStore) throws -> [SandboxMount] {
        if definition.volumes.isEmpty { return [] }
        let room = "\(try store.containerDirectory(id))/volumes"
        try Files.makeDirectories(room, mode: 0o700)
        return try definition.volumes.enumerated().map { number, place in
            let directory = "\(room)/\(number)"
            if !Files.exists(directory) { try ManagedContainer.fill(directory, from: place, in: files) }
            return SandboxMount.bind(try PathHandle(trusting: directory), as: "volume \(place)", at: place)
        }
    }

    /// The directory of the anonymous volume with this mount point; nil when it does not exist yet.
    package func volumeDirectory(at place: String, in store: ContainerStore) throws -> String? {
        guard let number = definition.volumes.firstIndex(of: place) else { return nil }
        let directory = "\(try store.containerDirectory(id))/volumes/\(number)"
        return Files.exists(directory) ? directory : nil
    }

    private static func fill(_ directory: String, from place: String, in files: String) throws {
        let draft = "\(directory).\(RandomBytes.hex(8))"
        let root = try RootedDirectory(opening: files)
        do throws(LinuxError) {
            try copy(from: root.handle(at: place), to: draft)
        } catch {
            guard error.isMissing || error.code == ENOTDIR else {
                try? Files.removeTree(draft)
                throw error
            }
            try Files.makeDirectory(draft, mode: 0o755)
        }
        try Files.rename(draft, directory)
    }

    static func copy(from: PathHandle, to draft: String) throws(LinuxError) {
        do {
            try TreeCopy(from: from.rootedDirectory(), to: draft).run()
        } catch let error as LinuxError {
            throw error
        } catch {
            throw LinuxError("copy", "\(draft): \(error)", code: EIO)
        }
    }
}

package import ContainerStore
import Glibc
import LinuxSystem
import Sandbox

extension ManagedContainer {
    /// The mounts of the container's scratch directories, which are made and filled with what the image has there when
    /// the container first runs. They lie beside the container and go with it.
    func volumeMounts(over files: String, in store: ContainerStore) throws -> [SandboxMount] {
        if definition.volumes.isEmpty { return [] }
        let room = "\(try store.containerDirectory(id))/volumes"
        try Files.makeDirectories(room, mode: 0o700)
        return try definition.volumes.enumerated().map { number, place in
            let directory = "\(room)/\(number)"
            if !Files.exists(directory) { try ManagedContainer.fill(directory, from: place, in: files) }
            return SandboxMount.bind(directory, at: place)
        }
    }

    /// The scratch directory that is mounted at a place; nil where there is none yet.
    package func volumeDirectory(at place: String, in store: ContainerStore) throws -> String? {
        guard let number = definition.volumes.firstIndex(of: place) else { return nil }
        let directory = "\(try store.containerDirectory(id))/volumes/\(number)"
        return Files.exists(directory) ? directory : nil
    }

    private static func fill(_ directory: String, from place: String, in files: String) throws {
        let draft = "\(directory).\(RandomBytes.hex(8))"
        let root = try RootedDirectory(opening: files)
        do throws(LinuxError) {
            let source = try root.open(place, O_RDONLY | O_DIRECTORY)
            try copy(from: "/proc/self/fd/\(source.raw)", to: draft)
        } catch {
            guard error.isMissing || error.code == ENOTDIR else {
                try? Files.removeTree(draft)
                throw error
            }
            try Files.makeDirectory(draft, mode: 0o755)
        }
        try Files.rename(draft, directory)
    }

    private static func copy(from: String, to draft: String) throws(LinuxError) {
        do {
            try TreeCopy(from: from, to: draft).run()
        } catch let error as LinuxError {
            throw error
        } catch {
            throw LinuxError("copy", "\(from): \(error)", code: EIO)
        }
    }
}

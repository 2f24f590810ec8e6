import Glibc
import LinuxSystem

/// What a layer itself has put into a tree that also has the parent's files (`WhiteoutStyle.removing`): it survives the
/// layer's own whiteouts, wherever those are in the archive.
///
/// Names are kept as their directory's identity and a hash with the process's own random key, so that paths through
/// symbolic links are distinguished correctly and a hostile archive takes no more than a few words per entry.
struct LayerPathIndex {
    private struct Place: Hashable {
        let directory: FileIdentity
        let name: Int
    }

    private var places: Set<Place> = []
    /// Directories that contain something of this layer, at any depth.
    private var directories: Set<FileIdentity>
    private var current: FileIdentity
    /// Directories that contain nothing of the parent's any more, so that repeated whiteouts cost nothing.
    private var cleared: Set<FileIdentity> = []

    init(root: borrowing RootedDirectory) throws(LinuxError) {
        current = FileIdentity(try Files.status(at: root.fd, "."))
        directories = [current]
    }

    /// Makes a directory the current one for `place`.
    mutating func enter(_ directory: Int32) throws(LinuxError) {
        current = FileIdentity(try Files.status(at: directory, "."))
        try reach(directory)
    }

    /// Records that the layer has something in a directory.
    mutating func reach(_ directory: Int32) throws(LinuxError) {
        var identity = FileIdentity(try Files.status(at: directory, "."))
        var above = try OwnedFD.open(at: directory, ".", OpenFlags.path | O_DIRECTORY)
        // The root is in the set from the start, so the ascent ends there.
        while directories.insert(identity).inserted {
            above = try OwnedFD.open(at: above.raw, "..", OpenFlags.path | O_DIRECTORY)
            identity = FileIdentity(try above.status())
        }
    }

    /// Records that the layer has this name in the current directory.
    mutating func place(_ name: [CChar]) {
        place(name, in: current)
    }

    mutating func place(_ name: [CChar], in directory: FileIdentity) {
        places.insert(Place(directory: directory, name: LayerPathIndex.hash(name)))
    }

    func holds(_ name: [CChar], in directory: FileIdentity) -> Bool {
        places.contains(Place(directory: directory, name: LayerPathIndex.hash(name)))
    }

    func reaches(into directory: FileIdentity) -> Bool {
        directories.contains(directory)
    }

    func isCleared(_ directory: FileIdentity) -> Bool {
        cleared.contains(directory)
    }

    mutating func setCleared(_ directory: FileIdentity) {
        cleared.insert(directory)
    }

    private static func hash(_ name: [CChar]) -> Int {
        var hasher = Hasher()
        name.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}

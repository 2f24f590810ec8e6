import Glibc
import LinuxSystem

/// Modification times of directories, deferred until the directories are complete, since each new file changes them.
///
/// Memory is bounded: when a layer has too many directories, the times of those that the archive has left are set
/// early.
struct DirectoryTimes {
    private var records: [(path: [CChar], time: FileTime)] = []
    private var byteCount = 0
    private let maximumBytes: Int

    init(maximumBytes: Int = 64 << 20) {
        self.maximumBytes = maximumBytes
    }

    /// Records the time of the directory at a path (NUL-terminated, relative to the root). The last one recorded wins.
    mutating func record(_ path: [CChar], _ time: FileTime, in root: borrowing RootedDirectory) throws(LayerError) {
        if byteCount > maximumBytes {
            var open: [(path: [CChar], time: FileTime)] = []
            for record in records {
                if DirectoryTimes.holds(record.path, path) {
                    open.append(record)
                } else {
                    try DirectoryTimes.set(record.time, of: record.path, in: root)
                }
            }
            records = open
            byteCount = open.reduce(0) { $0 + DirectoryTimes.cost(of: $1.path) }
        }
        records.append((path, time))
        byteCount += DirectoryTimes.cost(of: path)
    }

    /// Sets all pending times.
    mutating func settle(in root: borrowing RootedDirectory) throws(LayerError) {
        for record in records { try DirectoryTimes.set(record.time, of: record.path, in: root) }
        records = []
        byteCount = 0
    }

    private static func cost(of path: [CChar]) -> Int { path.count + 80 }

    /// Whether the directory is an ancestor of the path.
    private static func holds(_ directory: [CChar], _ path: [CChar]) -> Bool {
        if directory.count == 2, directory[0] == 0x2e { return true }
        let name = directory.dropLast()
        return path.starts(with: name) && path[name.count] == 0x2f
    }

    private static func set(
        _ time: FileTime, of path: [CChar], in root: borrowing RootedDirectory
    ) throws(LayerError) {
        do throws(LinuxError) {
            let directory = try root.open(path, O_RDONLY | O_DIRECTORY)
            try Files.setTimes(fd: directory.raw, access: time, modification: time)
        } catch {
            // A later entry has replaced the directory.
            if error.isMissing || error.code == ELOOP { return }
            throw LayerError(.system, "cannot set a directory's time", cause: error)
        }
    }
}

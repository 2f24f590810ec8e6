import Glibc
import LinuxSystem

/// A directory of files that help later processes, each locked while in use.
enum StateDirectory {
    /// Removes unused files: those not modified for `lifetime` seconds, and then the oldest beyond `limit`.
    static func sweep(_ directory: String, lifetime: Int64, limit: Int = .max) {
        guard let entries = try? Files.entries(ofDirectory: directory) else { return }
        let oldest = Clock.now().seconds - lifetime  // arithmetic: our clock
        let files = entries.compactMap { entry -> (path: String, time: Int64)? in
            var status = stat()
            let path = "\(directory)/\(entry.text)"
            return lstat(path, &status) == 0 ? (path, Int64(status.st_mtim.tv_sec)) : nil
        }.sorted { $0.time > $1.time }
        for (place, file) in files.enumerated() where place >= limit || file.time < oldest {
            guard let lock = try? FileLock(opening: file.path), (try? lock.tryLockExclusive()) == true else { continue }
            _ = unlink(file.path)
        }
    }
}

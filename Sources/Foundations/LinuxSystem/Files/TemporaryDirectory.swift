import CLinux
import Glibc

/// A private directory for temporary files. It is removed with this value, when a signal ends the process, or, if the
/// process was killed, by the next one that makes such a directory in the same place.
///
/// The owner holds a lock (`flock`) on the directory, which the kernel releases however the process ends.
package final class TemporaryDirectory: Sendable {
    /// Its path.
    package let path: String
    private let lock: OwnedFD

    /// Creates `PREFIX` and random digits in a directory, after removing what killed processes of this user left there.
    /// Must be called after entering namespaces: it starts a thread.
    package init(in parent: String, named prefix: String) throws(LinuxError) {
        Self.sweep(parent, named: prefix)
        for _ in 0..<100 {
            let path = "\(parent)/\(prefix)\(RandomBytes.hex(Self.randomBytes))"
            try Files.makeDirectory(path, mode: 0o700)
            guard let lock = Self.locked(path) else { continue }
            self.path = path
            self.lock = lock
            TerminationCleanup.add(path)
            return
        }
        throw LinuxError("create temporary directory", "\(parent)/\(prefix)...", code: EEXIST)
    }

    deinit {
        try? Files.removeTree(path)
        TerminationCleanup.forget(path)
    }

    private static let randomBytes = 8

    /// The lock on a new directory; nil if another process takes it for an abandoned one in this very moment.
    private static func locked(_ path: String) -> OwnedFD? {
        guard let directory = try? OwnedFD.open(path, O_RDONLY | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW),
            flock(directory.raw, LOCK_EX | LOCK_NB) == 0, let opened = try? directory.status(),
            let named = try? Files.statusIfPresent(path), named.inode == opened.inode, named.device == opened.device
        else { return nil }
        return directory
    }

    /// Removes the directories of processes that no longer exist. What cannot be removed stays.
    package static func sweep(_ parent: String, named prefix: String) {
        guard let directory = try? OwnedFD.open(parent, O_RDONLY | LINUX_O_DIRECTORY),
            let entries = try? Files.entries(of: directory)
        else { return }
        for entry in entries where isName(entry.bytes, prefix) {
            guard
                let found = try? OwnedFD.open(
                    at: directory.raw, entry.name, O_RDONLY | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW),
                let status = try? found.status(), status.uid == geteuid(), status.permissions & 0o077 == 0,
                flock(found.raw, LOCK_EX | LOCK_NB) == 0
            else { continue }
            try? Files.removeTree(at: directory.raw, entry.name)
        }
    }

    private static func isName(_ name: [UInt8], _ prefix: String) -> Bool {
        let digits = name.dropFirst(prefix.utf8.count)
        return name.starts(with: prefix.utf8) && digits.count == 2 * randomBytes
            && digits.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }
}

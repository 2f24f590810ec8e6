import Glibc
import LinuxSystem
import Sandbox

/// Entries for users and groups that are only numbers, in the account files of a container's root: programs look up the
/// user they run as.
enum AccountEntries {
    /// Appends an entry to `/etc/passwd` and `/etc/group`, where those exist and lack the user or group.
    ///
    /// - Parameters:
    ///   - specification: `user[:group]`; names need no entry.
    ///   - account: what that was resolved to.
    ///   - home: the home directory in the entry.
    ///   - mounts: on an account file, these are the caller's own concern.
    static func add(
        _ specification: String, of account: ImageUsers.Account, home: String, unlessMounted mounts: [SandboxMount],
        in files: String
    ) throws {
        let parts = specification.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let user = parts.first, UInt32(user) != nil else { return }
        let root = try RootedDirectory(opening: files)
        func isOurs(_ file: String) -> Bool { !mounts.contains { $0.destination == file || $0.destination == "/etc" } }
        if account.name.isEmpty, isOurs("/etc/passwd") {
            let known = hostName(of: account.uid)
            let entry =
                "\(known?.name ?? "\(account.uid)"):*:\(account.uid):\(account.gid):"
                + "\(known?.description ?? "container user"):\(home.isEmpty ? "/" : home):/bin/sh\n"
            try append(entry, of: account.uid, to: "/etc/passwd", in: root)
        }
        let group = parts.count > 1 ? parts[1] : "0"
        if let gid = UInt32(group), isOurs("/etc/group") {
            try append("\(gid):x:\(gid):\(user)\n", of: gid, to: "/etc/group", in: root)
        }
    }

    /// The host's name for a user.
    private static func hostName(of uid: UInt32) -> (name: String, description: String)? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16384)
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, let found,
            let name = found.pointee.pw_name, let description = found.pointee.pw_gecos
        else { return nil }
        return (String(cString: name), String(cString: description))
    }

    private static func append(
        _ entry: String, of id: UInt32, to file: String, in root: borrowing RootedDirectory
    ) throws {
        guard !entry.dropLast().utf8.contains(0x0a) else { return }
        let opened: OwnedFD
        do throws(LinuxError) {
            opened = try root.open(file, O_RDWR | O_APPEND | O_NONBLOCK)
        } catch {
            // Missing, or on a read-only file system.
            if error.isMissing || error.code == EROFS { return }
            throw error
        }
        guard try opened.status().kind == .regular else { return }
        let content = try opened.readAll(limit: 8 << 20)
        let lines = content.split(separator: 0x0a)
        let isListed = lines.contains { line in
            let fields = line.split(separator: 0x3a, omittingEmptySubsequences: false)
            return fields.count > 2 && UInt32(String(decoding: fields[2], as: UTF8.self)) == id
        }
        if isListed { return }
        let separator: [UInt8] = content.isEmpty || content.last == 0x0a ? [] : [0x0a]
        try opened.writeAll(separator + Array(entry.utf8))
    }
}

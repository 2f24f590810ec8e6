import LinuxSystem

/// The directory of the files that keep network namespaces alive.
package enum NetworkNamespaceDirectory {
    /// A directory in which pasta may read such files: `own`, or, on hosts whose AppArmor has a profile for pasta that
    /// allows nothing in home directories, the directory that Podman uses.
    ///
    /// Its content never reaches the file system and is invisible to others. The process must have its own mount
    /// namespace.
    ///
    /// - Parameter own: a directory in memory, only in this process's mount namespace.
    package static func prepare(own: String) -> String {
        guard hasAppArmor else { return own }
        let map = (try? Files.readFile("/proc/self/uid_map", limit: 1 << 16)) ?? []
        let user = IDMapping(parsing: String(decoding: map, as: UTF8.self))?.toHost(0) ?? 0
        guard let place = try? place(of: user) else { return own }
        return (try? mountMemory(at: place)) == nil ? own : place
    }

    private static var hasAppArmor: Bool {
        (try? Files.readFile("/sys/module/apparmor/parameters/enabled", limit: 16))?.first == UInt8(ascii: "Y")
    }

    /// Creates the directory.
    ///
    /// - Parameters:
    ///   - user: a user id of the host.
    ///   - base: the parent of all users' directories. Hosts without it have no profile that mentions it.
    static func place(of user: UInt32, base: String = "/run/user") throws(LinuxError) -> String? {
        guard Files.exists(base) else { return nil }
        let place = "\(base)/\(user)/netns"
        do throws(LinuxError) {
            try Files.makeDirectories(place, mode: 0o700)
        } catch {
            // Without a session, the user has no directory there, and no access to those of others.
            try mountMemory(at: base)
            try Files.makeDirectories(place, mode: 0o700)
        }
        return place
    }

    private static func mountMemory(at path: String) throws(LinuxError) {
        try Mounts.mount(source: "tmpfs", target: path, type: "tmpfs", flags: 0, data: "mode=0700,size=64k")
    }
}

import LinuxSystem

/// The directory of the files that keep network namespaces.
package enum NetworkNamespaceDirectory {
    /// Where pasta may read such files: `own`, or on a machine whose AppArmor has a profile for it, which allows nothing in
    /// home directories, the place that Podman has for them.
    ///
    /// Nothing in there is left in the file system or seen by others. The process must have a mount namespace of its own.
    ///
    /// - Parameter own: a directory in memory that only this process's mount namespace has.
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

    /// Makes the place.
    ///
    /// - Parameters:
    ///   - user: in ids of the machine.
    ///   - base: the directory of all users' directories. A machine without it has no profile that names it.
    static func place(of user: UInt32, base: String = "/run/user") throws(LinuxError) -> String? {
        guard Files.exists(base) else { return nil }
        let place = "\(base)/\(user)/netns"
        do throws(LinuxError) {
            try Files.makeDirectories(place, mode: 0o700)
        } catch {
            // Without a session a user has no directory there, and sees nothing in those of others.
            try mountMemory(at: base)
            try Files.makeDirectories(place, mode: 0o700)
        }
        return place
    }

    private static func mountMemory(at path: String) throws(LinuxError) {
        try Mounts.mount(source: "tmpfs", target: path, type: "tmpfs", flags: 0, data: "mode=0700,size=64k")
    }
}

import CSandbox
import Glibc
import LinuxSystem

/// A control group for one container, removed with this value.
package struct ControlGroup: ~Copyable {
    private let path: String

    private static let root = "/sys/fs/cgroup"

    /// Whether control groups are purely version 2, so that there can be limits.
    package static var isSupported: Bool { sandbox_has_unified_control_groups() == 1 }

    /// Creates the group with its limits.
    ///
    /// - Throws: an error of code `setup` if control groups are not purely version 2, or if the parent group is not
    ///   delegated to this user.
    package init(_ controls: ResourceControls) throws(SandboxError) {
        guard sandbox_has_unified_control_groups() == 1 else {
            throw SandboxError(
                .setup,
                "limits such as --memory, --cpu-shares and --pids-limit need control groups of version 2 alone, "
                    + "which this machine does not have")
        }
        let parent: String
        if let given = controls.parent {
            parent = Self.root + given
        } else {
            parent = Self.root + (try Self.groupAbove())
        }
        let path = "\(parent)/swiftlet-\(RandomBytes.hex(8))"
        do throws(LinuxError) {
            try Self.enable(controls, in: parent)
            try Files.makeDirectory(path, mode: 0o755)
        } catch {
            throw SandboxError(
                .setup, "limits need a control group that is delegated to this user (\(parent) is not): \(error)")
        }
        do throws(LinuxError) {
            for (file, value) in controls.settings { try Self.write(value, to: "\(path)/\(file)") }
        } catch {
            try? Files.removeDirectory(path)
            throw SandboxError(.setup, "limit the container: \(error)")
        }
        self.path = path
    }

    deinit {
        try? Files.removeDirectory(path)
    }

    /// Moves a process into the group.
    package func take(_ process: Int32) throws(SandboxError) {
        do throws(LinuxError) {
            try Self.write("\(process)", to: "\(path)/cgroup.procs")
        } catch {
            throw SandboxError(.setup, "move the container into its control group: \(error)")
        }
    }

    /// A group that contains processes cannot have subgroups with controllers, so this process's own is unsuitable.
    private static func groupAbove() throws(SandboxError) -> String {
        let text = (try? Files.readFile("/proc/self/cgroup", limit: 1 << 16)) ?? []
        let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("0::/") }
        guard let line else { throw SandboxError(.setup, "this process's control group is not known") }
        let parts = line.dropFirst("0::".count).split(separator: "/")
        return parts.dropLast().map { "/\($0)" }.joined()
    }

    private static func enable(_ controls: ResourceControls, in parent: String) throws(LinuxError) {
        let enabled = try Files.readFile("\(parent)/cgroup.subtree_control", limit: 1 << 12)
        let present = Set(String(decoding: enabled, as: UTF8.self).split { $0 == " " || $0 == "\n" }.map(String.init))
        let wanted = Set(controls.settings.compactMap { $0.file.split(separator: ".").first.map(String.init) })
        for name in wanted.subtracting(present).sorted() {
            try write("+\(name)", to: "\(parent)/cgroup.subtree_control")
        }
    }

    private static func write(_ text: String, to path: String) throws(LinuxError) {
        try OwnedFD.open(path, O_WRONLY).writeAll(Array(text.utf8))
    }
}

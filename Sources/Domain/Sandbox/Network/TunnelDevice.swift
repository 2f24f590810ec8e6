import Glibc
import LinuxSystem

/// `/dev/net/tun`, which both programs need and are less clear about.
package enum TunnelDevice {
    package static let path = "/dev/net/tun"

    /// What is the matter with it, as the rest of a sentence that begins with its name; nil: it can be opened.
    package static var problem: String? {
        do throws(LinuxError) {
            _ = try OwnedFD.open(path, O_RDWR)
            return nil
        } catch {
            return error.isMissing
                ? "which is not there (load the kernel module tun; a container gets it by --device \(path))"
                : "which may not be opened (an administrator can allow it with `chmod 0666 \(path)`)"
        }
    }
}

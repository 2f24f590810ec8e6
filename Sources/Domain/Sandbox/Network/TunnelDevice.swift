import Glibc
import LinuxSystem

/// `/dev/net/tun`, which both programs need, but report unclearly when it is unusable.
package enum TunnelDevice {
    package static let path = "/dev/net/tun"

    /// Why it is unusable, as the rest of a sentence that begins with its name; nil if it can be opened.
    package static var problem: String? {
        do throws(LinuxError) {
            _ = try OwnedFD.open(path, O_RDWR)
            return nil
        } catch {
            return error.isMissing
                ? "which does not exist (load the kernel module tun; give it to a container with --device \(path))"
                : "which may not be opened (an administrator can allow it with `chmod 0666 \(path)`)"
        }
    }
}

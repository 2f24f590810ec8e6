import Glibc
import LinuxSystem

/// The extended attributes that are copied: file capabilities and `user.` attributes, except overlayfs's own.
enum CopiedAttributes {
    /// The attributes of an open file, sorted by name.
    static func read(_ fd: Int32) throws(LinuxError) -> [(name: [UInt8], value: [UInt8])] {
        var attributes: [(name: [UInt8], value: [UInt8])] = []
        for name in try ExtendedAttributes.list(fd: fd) where isCopied(name) {
            do throws(LinuxError) {
                guard let value = try ExtendedAttributes.get(argument(name), fd: fd) else { continue }
                attributes.append((name, value))
            } catch {
                // Capabilities of another user namespace have no effect here.
                if error.code != EOVERFLOW { throw error }
            }
        }
        return attributes.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// Sets the attributes on an open file; no error if the file system does not support them.
    static func write(_ attributes: [(name: [UInt8], value: [UInt8])], to fd: Int32) throws(LinuxError) {
        for (name, value) in attributes {
            do throws(LinuxError) {
                try ExtendedAttributes.set(argument(name), value: value, fd: fd)
            } catch {
                if error.code != ENOTSUP { throw error }
            }
        }
    }

    private static func isCopied(_ name: [UInt8]) -> Bool {
        if name.elementsEqual("security.capability".utf8) { return true }
        return name.starts(with: "user.".utf8) && !name.starts(with: "user.overlay.".utf8)
            && !name.starts(with: "user.fuseoverlayfs.".utf8)
            && !name.starts(with: "user.containers.override_stat".utf8)
    }

    private static func argument(_ name: [UInt8]) -> [CChar] {
        name.map { CChar(bitPattern: $0) } + [0]
    }
}

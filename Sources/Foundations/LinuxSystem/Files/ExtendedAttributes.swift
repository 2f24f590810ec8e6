import CLinux
import Glibc

/// Extended attributes. Path forms act on a symbolic link itself.
package enum ExtendedAttributes {
    /// The names visible to the caller. Empty if the file system does not support extended attributes.
    package static func list(_ path: UnsafePointer<CChar>) throws(LinuxError) -> [[UInt8]] {
        let names = try sized("list xattrs of", path) { linux_llistxattr(path, $0, $1) }
        return split(names ?? [])
    }

    /// The names on an open file that are visible to the caller.
    package static func list(fd: Int32) throws(LinuxError) -> [[UInt8]] {
        split(try sized("list xattrs", "") { linux_flistxattr(fd, $0, $1) } ?? [])
    }

    /// A value; nil if the attribute is missing (or the file system does not support them).
    package static func get(
        _ name: UnsafePointer<CChar>, of path: UnsafePointer<CChar>
    ) throws(LinuxError) -> [UInt8]? {
        try sized("get xattr of", path) { linux_lgetxattr(path, name, $0, $1) }
    }

    /// A value of an open file; nil if the attribute is missing (or the file system does not support them).
    package static func get(_ name: UnsafePointer<CChar>, fd: Int32) throws(LinuxError) -> [UInt8]? {
        try sized("get xattr", name) { linux_fgetxattr(fd, name, $0, $1) }
    }

    /// Sets a value, replacing an existing one.
    package static func set(
        _ name: UnsafePointer<CChar>, value: [UInt8], of path: UnsafePointer<CChar>
    ) throws(LinuxError) {
        try checked(linux_lsetxattr(path, name, value, value.count), "set xattr of", describe(name, path))
    }

    /// Sets a value of an open file, replacing an existing one.
    package static func set(_ name: UnsafePointer<CChar>, value: [UInt8], fd: Int32) throws(LinuxError) {
        try checked(linux_fsetxattr(fd, name, value, value.count), "set xattr", name)
    }

    /// Removes an attribute; a missing one is not an error.
    package static func remove(
        _ name: UnsafePointer<CChar>, of path: UnsafePointer<CChar>
    ) throws(LinuxError) {
        let result = linux_lremovexattr(path, name)
        if result != -ENODATA { try checked(result, "remove xattr of", describe(name, path)) }
    }

    /// Removes an attribute of an open file; a missing one is not an error.
    package static func remove(_ name: UnsafePointer<CChar>, fd: Int32) throws(LinuxError) {
        let result = linux_fremovexattr(fd, name)
        if result != -ENODATA { try checked(result, "remove xattr", name) }
    }

    private static func describe(_ name: UnsafePointer<CChar>, _ path: UnsafePointer<CChar>) -> String {
        "\(String(cString: path)) (\(String(cString: name)))"
    }

    /// Retries with growing buffers until the result fits; the kernel limits lists and values to 64 KiB.
    private static func sized(
        _ operation: String, _ path: UnsafePointer<CChar>, _ call: (UnsafeMutablePointer<CChar>?, Int) -> Int
    ) throws(LinuxError) -> [UInt8]? {
        var capacity = 256
        while true {
            var length = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                length = buffer.withMemoryRebound(to: CChar.self) { call($0.baseAddress, $0.count) }
                count = max(length, 0)
            }
            if length == -ERANGE, capacity < 1 << 20 {
                capacity *= 8
                continue
            }
            if length == -ENODATA || length == -EOPNOTSUPP { return nil }
            try checked(length, operation, path)
            return bytes
        }
    }

    private static func split(_ list: [UInt8]) -> [[UInt8]] {
        list.split(separator: 0).map(Array.init)
    }
}

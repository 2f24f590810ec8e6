import Glibc
import LinuxSystem

/// A temporary directory with the lifetime of the value.
final class ScratchTree {
    let path: String

    /// Root of the host, not of a user namespace.
    static var canMakeDevices: Bool {
        guard geteuid() == 0, let map = try? Files.readFile("/proc/self/uid_map") else { return false }
        return String(decoding: map, as: UTF8.self).contains("4294967295")
    }

    init() throws {
        path = "/tmp/layers-\(RandomBytes.hex(8))"
        try Files.makeDirectory(path, mode: 0o755)
    }

    deinit { try? Files.removeTree(path) }

    func directory(_ name: String, mode: UInt32 = 0o755) throws {
        try Files.makeDirectory("\(path)/\(name)")
        chmod("\(path)/\(name)", mode)
    }

    func file(_ name: String, _ content: String = "", mode: UInt32 = 0o644) throws {
        try Files.replaceFile("\(path)/\(name)", with: Array(content.utf8), synchronize: false)
        // Afterwards: writing may clear set-user-id bits.
        chmod("\(path)/\(name)", mode)
    }

    func symlink(_ name: String, to target: String) throws {
        try Files.symlink(target: target, at: "\(path)/\(name)")
    }

    func link(_ name: String, to target: String) throws {
        try Files.link("\(path)/\(target)", "\(path)/\(name)")
    }

    func setAttribute(_ attribute: String, _ value: String, of name: String) throws {
        try ExtendedAttributes.set(attribute, value: Array(value.utf8), of: "\(path)/\(name)")
    }

    func attribute(_ attribute: String, of name: String) throws -> String? {
        try ExtendedAttributes.get(attribute, of: "\(path)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    /// Sets a fixed time, so that trees created at different times compare as equal.
    func setTime(_ seconds: Int64, _ nanoseconds: Int64 = 0, of name: String) throws {
        let time = FileTime(seconds: seconds, nanoseconds: nanoseconds)
        try Files.setTimes(at: Files.currentDirectory, "\(path)/\(name)", access: time, modification: time)
    }

    func status(_ name: String) throws -> FileStatus { try Files.status("\(path)/\(name)") }

    func exists(_ name: String) -> Bool { Files.exists("\(path)/\(name)") }

    func content(_ name: String) throws -> String {
        String(decoding: try Files.readFile("\(path)/\(name)"), as: UTF8.self)
    }

    func isWhiteout(_ name: String) throws -> Bool {
        let status = try status(name)
        return status.kind == .characterDevice && status.deviceMajor == 0 && status.deviceMinor == 0
    }

    func names(in name: String = "") throws -> [String] {
        try Files.entries(ofDirectory: "\(path)/\(name)").map(\.text).sorted()
    }
}

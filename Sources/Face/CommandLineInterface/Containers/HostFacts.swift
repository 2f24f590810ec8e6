import Glibc
import ImageModel
import JSONText
import LinuxSystem

/// Information about the host for `info`.
enum HostFacts {
    static func describe(isRootless: Bool, runtime: String) -> JSONObject {
        var system = utsname()
        uname(&system)
        let memory = numbers(of: "/proc/meminfo")
        func bytes(_ name: String) -> JSONValue { .integer((memory[name] ?? 0) &* 1024) }
        let release = words(of: "/etc/os-release", separator: "=")
        var host = JSONObject()
        host["CgroupVersion"] = Files.exists("/sys/fs/cgroup/cgroup.controllers") ? "v2" : "v1"
        host["Distribution"] = [
            "distribution": .string(release["ID"] ?? "unknown"), "version": .string(release["VERSION_ID"] ?? "unknown"),
        ]
        host["MemFree"] = bytes("MemFree")
        host["MemTotal"] = bytes("MemTotal")
        host["OCIRuntime"] = .string(runtime)
        host["SwapFree"] = bytes("SwapFree")
        host["SwapTotal"] = bytes("SwapTotal")
        host["arch"] = .string(Platform.host.architecture)
        host["cpus"] = .integer(Int64(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        host["hostname"] = .string(text(&system.nodename))
        host["kernel"] = .string(text(&system.release))
        host["os"] = .string(Platform.host.os)
        host["rootless"] = .bool(isRootless)
        host["uptime"] = .string(uptime())
        host["variant"] = .string(Platform.host.variant ?? "")
        return host
    }

    /// The kind of file system at a path, in containers/storage's words; nil for kinds that it does not name.
    static func fileSystem(of path: String) -> String? {
        guard let directory = try? OwnedFD.open(path, O_RDONLY | O_DIRECTORY) else { return nil }
        let type = UInt32(truncatingIfNeeded: directory.fileSystemType)
        let names: [UInt32: String] = [
            0xEF53: "extfs", 0x5846_5342: "xfs", 0x0102_1994: "tmpfs", 0x9123_683E: "btrfs", 0x794C_7630: "overlayfs",
            0x2FC1_2FC1: "zfs", 0xF2F5_2010: "f2fs", 0x6969: "nfs", 0x6573_5546: "fuse",
        ]
        return names[type]
    }

    private static func text<T>(_ field: inout T) -> String {
        withUnsafeBytes(of: &field) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// `NAME=value` lines, without quotes.
    private static func words(of path: String, separator: Character) -> [String: String] {
        let bytes = (try? Files.readFileIfPresent(path, limit: 1 << 16)) ?? []
        var words: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: separator, maxSplits: 1)
            guard parts.count == 2 else { continue }
            words[String(parts[0])] = parts[1].filter { $0 != "\"" && $0 != "'" }
        }
        return words
    }

    /// `Name: number kB` lines.
    private static func numbers(of path: String) -> [String: Int64] {
        words(of: path, separator: ":").compactMapValues { text in
            text.split(separator: " ").first.flatMap { Int64($0) }
        }
    }

    /// `91h 30m 59.9s (Approximately 3.81 days)`.
    private static func uptime() -> String {
        let bytes = (try? Files.readFileIfPresent("/proc/uptime", limit: 4096)) ?? []
        let first = String(decoding: bytes, as: UTF8.self).split(separator: " ").first ?? "0"
        let parts = first.split(separator: ".")
        let total = parts.first.flatMap { Int64($0) } ?? 0
        var fraction = parts.count == 2 ? parts[1] : ""
        while fraction.last == "0" { fraction = fraction.dropLast() }
        let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60)
        var text = hours > 0 ? "\(hours)h " : ""
        if total >= 60 { text += "\(minutes)m " }
        text += "\(seconds)" + (fraction.isEmpty ? "" : ".\(fraction)") + "s"
        guard hours > 0 else { return text }
        let hundredths = hours * 100 / 24
        let decimals = hundredths % 100
        return text + " (Approximately \(hundredths / 100).\(decimals < 10 ? "0" : "")\(decimals) days)"
    }
}

import Glibc
import LinuxSystem

@testable import SoftwareInventory

/// The files of an image, in a directory that goes with the value.
final class ScannedRoot {
    let path: String

    init() throws {
        path = "/tmp/swiftlet-test-\(RandomBytes.hex(8))"
        try Files.makeDirectory(path)
    }

    deinit { try? Files.removeTree(path) }

    func write(_ name: String, _ text: String, mode: UInt32 = 0o644) throws {
        try write(name, Array(text.utf8), mode: mode)
    }

    func write(_ name: String, _ bytes: [UInt8], mode: UInt32 = 0o644) throws {
        let parent = name.split(separator: "/").dropLast().joined(separator: "/")
        try Files.makeDirectories("\(path)/\(parent)", mode: 0o755)
        let file = try OwnedFD.open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
        try file.writeAll(bytes)
    }

    func scan() throws -> SoftwareScan { try SoftwareScan(of: RootedDirectory(opening: path)) }

    /// `TYPE NAME VERSION` of each package.
    func found() throws -> [String] {
        try scan().packages.map { "\($0.ecosystem.rawValue) \($0.name) \($0.version)" }
    }
}

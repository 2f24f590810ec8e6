import Glibc
import LinuxSystem

/// Writes what a flag like `--iidfile` asks for, as the user who called would.
enum OutputFile {
    static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        try file.writeAll(bytes)
    }

    /// As `write`, for a file that must not exist yet.
    static func writeNew(_ text: String, to path: String) throws {
        let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
        try file.writeAll(Array(text.utf8))
    }

    /// Makes a new file and lets `body` fill it.
    static func with(_ path: String, _ body: (Int32) throws -> Void) throws {
        let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
        try body(file.raw)
    }
}

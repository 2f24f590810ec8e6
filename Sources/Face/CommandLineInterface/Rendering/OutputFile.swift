import ContentDigest
import Glibc
import LinuxSystem

/// Writes what a flag like `--iidfile` asks for, as the user who called would.
enum OutputFile {
    static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        try file.writeAll(bytes)
    }

    /// What writes a text made of an image's id to a file. That the file can be opened is seen to at once, so that no work
    /// is done in vain.
    static func textWriter(
        _ path: String, _ text: @escaping @Sendable (String) -> String
    ) throws -> @Sendable (String) throws -> Void {
        try checkWritable(path)
        return { try write(text($0), to: path) }
    }

    /// As `textWriter`, for a digest.
    static func digestWriter(_ path: String) throws -> @Sendable (Digest) throws -> Void {
        let write = try textWriter(path) { $0 }
        return { try write($0.description) }
    }

    /// - Throws: where the file cannot be opened to be written. What it holds stays.
    static func checkWritable(_ path: String) throws {
        guard let status = try Files.statusIfPresent(path, followSymlinks: true) else {
            // What a link leads to is made in the end.
            if Files.exists(path) { return }
            let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
            try Files.removeFile(path)
            file.close()
            return
        }
        // Opening a pipe waits for its reader.
        if status.kind == .regular { try OwnedFD.open(path, O_WRONLY).close() }
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

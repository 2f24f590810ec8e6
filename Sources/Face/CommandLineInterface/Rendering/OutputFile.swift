import ContentDigest
import Glibc
import LinuxSystem

/// Writes output files of flags such as `--iidfile`, with the permissions of the calling user.
enum OutputFile {
    static func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        try file.writeAll(bytes)
    }

    /// A function that writes text derived from an image's id to a file. Checks at once that the file is writable, so
    /// that no work is wasted.
    static func textWriter(
        _ path: String, _ text: @escaping @Sendable (String) -> String
    ) throws -> @Sendable (String) throws -> Void {
        try checkWritable(path)
        return { try write(text($0), to: path) }
    }

    /// Like `textWriter`, for a digest.
    static func digestWriter(_ path: String) throws -> @Sendable (Digest) throws -> Void {
        let write = try textWriter(path) { $0 }
        return { try write($0.description) }
    }

    /// - Throws: if the file cannot be opened for writing. Its content is not changed.
    static func checkWritable(_ path: String) throws {
        guard let status = try Files.statusIfPresent(path, followSymlinks: true) else {
            // The target of a dangling link is created by the actual write.
            if Files.exists(path) { return }
            let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
            try Files.removeFile(path)
            file.close()
            return
        }
        // Opening a pipe would wait for its reader.
        if status.kind == .regular { try OwnedFD.open(path, O_WRONLY).close() }
    }

    /// Like `write`, for a file that must not exist yet.
    static func writeNew(_ text: String, to path: String) throws {
        let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
        try file.writeAll(Array(text.utf8))
    }

    /// Creates a new file and lets `body` fill it.
    static func with(_ path: String, _ body: (Int32) throws -> Void) throws {
        let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
        try body(file.raw)
    }
}

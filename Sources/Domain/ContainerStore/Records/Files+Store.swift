import Glibc
import LinuxSystem

extension Files {
    /// Replaces one of the store's files: written to a temporary file, synced, renamed. The name always refers to a
    /// complete file, even after a system crash; whether that is already the new file is then uncertain, which is fine
    /// since the directories that it describes were not synced either.
    static func replaceRecords(
        _ path: String, with bytes: [UInt8], synchronize: Bool = true
    ) throws(LinuxError) {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let temporary = "\(path[..<slash])/.tmp-\(RandomBytes.hex(8))"
        do throws(LinuxError) {
            let file = try OwnedFD.open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
            try file.writeAll(bytes)
            if synchronize { try file.synchronize() }
            try rename(temporary, path)
        } catch {
            try? removeFile(temporary)
            throw LinuxError(error.operation, path, error.errno)
        }
    }

    /// Creates a file in a directory that is not yet visible to others.
    static func writeNewFile(_ path: String, _ text: String, mode: UInt32) throws(LinuxError) {
        let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
        try file.writeAll(Array(text.utf8))
        try changeMode(fd: file.raw, mode: mode)
    }
}

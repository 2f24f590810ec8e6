import Glibc
import LinuxSystem

extension Files {
    /// Replaces one of the store's files: written beside it, synced, renamed. What the name leads to is whole at any
    /// time, also after a crash of the machine; that it is already the new file is then not sure, nor needed, since the
    /// directories that it speaks of were not synced either.
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

    /// Makes a file in a directory that nobody else sees yet.
    static func writeNewFile(_ path: String, _ text: String, mode: UInt32) throws(LinuxError) {
        let file = try OwnedFD.open(path, O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
        try file.writeAll(Array(text.utf8))
        try changeMode(fd: file.raw, mode: mode)
    }
}

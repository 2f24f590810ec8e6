import CLinux
import Glibc

/// A directory entry.
package struct DirectoryEntry: Sendable {
    /// The name as bytes with a NUL at the end, ready for a system call.
    package let name: [CChar]
    /// The kind from `d_type`; nil if the file system does not provide it (use `Files.status(at:)`).
    package let kind: FileKind?

    /// The name without the terminator.
    package var bytes: [UInt8] { name.dropLast().map { UInt8(bitPattern: $0) } }

    /// The name as text for display; repaired if it is not valid UTF-8, and then no longer names the file.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension Files {
    /// All entries of a directory except `.` and `..`, from its start, in the directory's own order.
    package static func entries(of directory: borrowing OwnedFD) throws(LinuxError) -> [DirectoryEntry] {
        try checked(linux_lseek(directory.raw, 0, SEEK_SET), "read directory")
        var entries: [DirectoryEntry] = []
        var reader = DirectoryReader()
        while try reader.readBatch(of: directory.raw, into: &entries) {}
        return entries
    }

    /// All entries of the directory at a path except `.` and `..`, in the directory's own order.
    package static func entries(ofDirectory path: UnsafePointer<CChar>) throws(LinuxError) -> [DirectoryEntry] {
        try entries(of: try OwnedFD.open(path, O_RDONLY | LINUX_O_DIRECTORY))
    }
}

/// Reads directories in batches, reusing one buffer.
struct DirectoryReader: ~Copyable {
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    deinit {
        buffer.deallocate()
    }

    /// Appends the next batch; false at the end of the directory.
    mutating func readBatch(of directory: Int32, into entries: inout [DirectoryEntry]) throws(LinuxError) -> Bool {
        guard let base = buffer.baseAddress else { return false }
        let length = try checked(linux_getdents64(directory, base, buffer.count), "read directory")
        if length == 0 { return false }
        // struct linux_dirent64: inode (8 bytes), offset (8), record length (2), type (1), name up to its NUL.
        var position = 0
        while position + 19 < length {
            let record = UnsafeRawBufferPointer(rebasing: buffer[position..<length])
            let recordLength = Int(record.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
            guard recordLength > 19, recordLength <= record.count else { break }
            let field = UnsafeRawBufferPointer(rebasing: record[19..<recordLength])
            let name = field.prefix { $0 != 0 }
            if !(name.elementsEqual([0x2E]) || name.elementsEqual([0x2E, 0x2E])) {
                // d_type holds the mode's type bits, shifted; 0 is DT_UNKNOWN.
                let kind = FileKind(mode: UInt32(record[18]) << 12)
                entries.append(DirectoryEntry(name: name.map { CChar(bitPattern: $0) } + [0], kind: kind))
            }
            position += recordLength
        }
        return true
    }
}

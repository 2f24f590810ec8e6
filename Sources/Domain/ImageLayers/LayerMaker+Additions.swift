import Glibc
import LinuxSystem
import TarArchive

extension LayerMaker {
    /// A file that is not in the directory: in the archive it belongs to root and has mode 0644.
    package struct Addition: Sendable {
        /// Its path in the archive, without a leading slash.
        package let name: [UInt8]
        /// The regular file with its content, where this process finds it.
        package let file: String

        /// Memberwise initializer.
        package init(name: [UInt8], file: String) {
            self.name = name
            self.file = file
        }
    }

    func write(_ addition: Addition) throws {
        let opened = try Self.openFile(addition)
        let status = try opened.status()
        guard status.kind == .regular else {
            throw LayerError(.unsupported, "cannot be added: it is not a regular file", entry: addition.file)
        }
        var added = entry(named: addition.name, kind: .regular, status)
        (added.mode, added.uid, added.gid) = (0o644, 0, 0)
        added.size = status.size
        try begin(added)
        try copyContent(of: opened.raw, size: status.size, addition.name)
        try writer.end()
    }

    private static func openFile(_ addition: Addition) throws(LayerError) -> OwnedFD {
        do throws(LinuxError) {
            return try OwnedFD.open(addition.file, O_RDONLY | O_NONBLOCK)
        } catch {
            throw LayerError(.system, "cannot be added", entry: addition.file, cause: error)
        }
    }
}

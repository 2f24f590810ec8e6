/// A regular file of the build context that an instruction copies.
package struct CopiedFile: Sendable, Equatable {
    /// Its path in the context, in the form of `FileNameText`.
    package let path: String
    /// In bytes.
    package let size: UInt64

    /// Memberwise initializer.
    package init(path: String, size: UInt64) {
        self.path = path
        self.size = size
    }
}

/// The files of the context that these sources select, without those that `excludes` and the ignore file leave out; nil
/// if they cannot be found.
package typealias CopiedFiles = @Sendable (_ sources: [String], _ excludes: [String]) -> [CopiedFile]?

/// Some files in a message: the first names, how many there are, and their size.
struct FileSummary {
    private(set) var names: [String] = []
    private(set) var count = 0
    private(set) var size: UInt64 = 0

    var isEmpty: Bool { count == 0 }

    /// - Parameter name: what stands for the file: itself, or a directory that it is in.
    mutating func add(_ file: CopiedFile, as name: String) {
        if names.last != name, !names.contains(name) { names.append(name) }
        count += 1
        let (sum, overflow) = size.addingReportingOverflow(file.size)
        size = overflow ? .max : sum
    }

    /// `.env, keys/id_rsa and 3 more (5 files, 1711 bytes)`
    var description: String {
        let shown = names.prefix(3).joined(separator: ", ")
        let more = names.count > 3 ? " and \(names.count - 3) more" : ""
        return "\(shown)\(more) (\(count == 1 ? "1 file" : "\(count) files"), \(Self.bytes(size)))"
    }

    private static func bytes(_ size: UInt64) -> String {
        var (unit, name): (UInt64, String) = (1, "bytes")
        for (next, nextName) in [(UInt64(1_000), "kB"), (1_000_000, "MB"), (1_000_000_000, "GB")]
        where size / 10 >= next {
            (unit, name) = (next, nextName)
        }
        return "\(size / unit) \(name)"
    }
}

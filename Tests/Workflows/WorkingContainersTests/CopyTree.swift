import Glibc
import LinuxSystem

@testable import WorkingContainers

/// A source and a root file system that live as long as the value.
final class CopyTree {
    let source: String
    let rootfs: String
    private let base = "/tmp/copy-\(RandomBytes.hex(8))"

    init() throws {
        source = "\(base)/source"
        rootfs = "\(base)/rootfs"
        try Files.makeDirectories(source, mode: 0o755)
        try Files.makeDirectories(rootfs, mode: 0o755)
    }

    deinit { try? Files.removeTree(base) }

    func directory(_ path: String, mode: UInt32 = 0o755) throws {
        try Files.makeDirectories(path)
        chmod(path, mode)
    }

    func file(_ path: String, _ content: String = "x", mode: UInt32 = 0o644) throws {
        if let slash = path.lastIndex(of: "/") { try Files.makeDirectories(String(path[..<slash]), mode: 0o755) }
        try Files.replaceFile(path, with: Array(content.utf8), synchronize: false)
        // Afterwards: writing may clear set-user-id bits.
        chmod(path, mode)
    }

    func content(_ name: String) throws -> String {
        String(decoding: try Files.readFile("\(rootfs)/\(name)"), as: UTF8.self)
    }

    func status(_ name: String) throws -> FileStatus { try Files.status("\(rootfs)/\(name)") }

    func select(_ sources: [String], _ filter: CopyFilter = .everything) throws -> CopySelection {
        let selector = try CopySelector(root: PathHandle(trusting: source), named: source, filter: filter) {
            pattern, name in
            fnmatch(pattern, name.map { CChar(bitPattern: $0) } + [0], 0) == 0
        }
        return try selector.select(sources)
    }

    /// Copies the only selected item.
    func copy(_ name: String, to destination: String, _ change: (inout CopyAttributes) -> Void = { _ in }) throws {
        var attributes = CopyAttributes(owner: (geteuid(), getegid()))
        change(&attributes)
        let copier = try FileCopier(from: PathHandle(trusting: source), to: rootfs, attributes: attributes)
        for item in try select([name]).items { try copier.copy(item, to: Array(destination.utf8)) }
        try copier.finish()
    }

    /// Leaves out files whose path begins with one of the names.
    static func without(_ names: String...) -> CopyFilter {
        CopyFilter(
            excludes: { path, _ in
                names.contains { path.elementsEqual($0.utf8) || path.starts(with: Array("\($0)/".utf8)) }
            },
            mayIncludeBelow: { _ in false })
    }
}

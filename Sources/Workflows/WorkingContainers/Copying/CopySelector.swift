import Glibc
package import LinuxSystem

/// Selects files for `COPY` and `ADD`.
package struct CopySelector: ~Copyable {
    private let root: RootedDirectory
    private let rootHandle: PathHandle
    private let rootPath: String
    private let filter: CopyFilter
    private let matches: @Sendable (_ pattern: String, _ name: [UInt8]) throws -> Bool

    /// - Parameters:
    ///   - root: the directory that all sources, even absolute ones, are relative to.
    ///   - rootPath: its path for messages.
    ///   - matches: whether a name matches a component of a wildcard pattern.
    package init(
        root: PathHandle, named rootPath: String, filter: CopyFilter,
        matches: @escaping @Sendable (String, [UInt8]) throws -> Bool
    ) throws {
        self.root = try root.rootedDirectory()
        rootHandle = root
        self.rootPath = rootPath
        self.filter = filter
        self.matches = matches
    }

    /// Selects the files named by the sources.
    ///
    /// A pattern may match nothing if another source matches something.
    ///
    /// - Throws: ``WorkingContainerError`` with `noSuchSource` and the source that matches nothing.
    package func select(_ sources: [String]) throws -> CopySelection {
        var items: [CopySelection.Item] = []
        var unmatched: WorkingContainerError?
        for source in sources {
            let (found, hidden) = try expand(source)
            if found.isEmpty {
                let problem = noMatch(source, hidden: hidden)
                guard source.contains(where: { "*?[".contains($0) }) else { throw problem }
                unmatched = unmatched ?? problem
            }
            for path in found { items.append(try item(at: path, source)) }
        }
        if items.isEmpty, let unmatched { throw unmatched }
        return CopySelection(root: rootHandle, items: items)
    }

    /// - Parameter hidden: the number of excluded files that the source matches.
    private func noMatch(_ source: String, hidden: Int) -> WorkingContainerError {
        let path = source.hasPrefix("/") ? source : "/\(source)"
        let isPattern = source.contains { "*?[".contains($0) }
        guard isPattern || hidden > 0 else {
            return WorkingContainerError(
                .noSuchSource,
                "checking on sources under \"\(rootPath)\": copier: stat: \"\(path)\": no such file or directory")
        }
        let by = hidden > 0 ? filter.origin.map { " using \($0)" } ?? "" : ""
        return WorkingContainerError(
            .noSuchSource,
            "checking on sources under \"\(rootPath)\": no items matching glob \"\(rootPath == "/" ? "" : rootPath)\(path)\" copied "
                + "(\(hidden) filtered out\(by)): no such file or directory")
    }

    // MARK: Wildcards

    /// The paths that a source matches, each relative to the root, and the number of excluded ones.
    private func expand(_ source: String) throws -> (found: [[UInt8]], hidden: Int) {
        var components: [String] = []
        for part in source.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
            if part == ".." {
                _ = components.popLast()
            } else {
                components.append(String(part))
            }
        }
        var found: [[UInt8]] = [[]]
        var hidden = 0
        for (index, component) in components.enumerated() {
            let isLast = index == components.count - 1
            if component.contains(where: { "*?[\\".contains($0) }) {
                found = try found.flatMap { try children(of: $0, matching: component) }
            } else {
                found = found.map { $0.isEmpty ? Array(component.utf8) : $0 + [0x2f] + Array(component.utf8) }
            }
            if isLast {
                let all = found
                found = try all.filter { try isVisible($0) }
                hidden = try found.isEmpty ? all.count { try exists($0) } : 0
            }
        }
        return (found, hidden)
    }

    private func children(of path: [UInt8], matching pattern: String) throws -> [[UInt8]] {
        guard let directory = try? root.open(argument(path), O_RDONLY | O_DIRECTORY) else { return [] }
        var names: [[UInt8]] = []
        for entry in try Files.entries(of: directory) {
            if try matches(pattern, entry.bytes) { names.append(entry.bytes) }
        }
        names.sort { $0.lexicographicallyPrecedes($1) }
        return names.map { path.isEmpty ? $0 : path + [0x2f] + $0 }
    }

    private func exists(_ path: [UInt8]) throws -> Bool {
        (try? root.open(argument(path), OpenFlags.path)) != nil
    }

    private func isVisible(_ path: [UInt8]) throws -> Bool {
        if path.isEmpty { return true }
        let status: FileStatus
        do throws(LinuxError) {
            status = try root.open(argument(path), OpenFlags.path).status()
        } catch {
            switch error.code {
            case ENOENT, ENOTDIR: return false
            default:
                throw WorkingContainerError(
                    .system, "cannot look at \(String(decoding: path, as: UTF8.self))", cause: error)
            }
        }
        let isDirectory = status.kind == .directory
        return !filter.excludes(path, isDirectory) || (isDirectory && filter.mayIncludeBelow(path))
    }

    // MARK: Items

    private func item(at path: [UInt8], _ source: String) throws -> CopySelection.Item {
        // Source symbolic links are followed; links below a directory are copied as links.
        let resolved = try resolve(path)
        // A link to an excluded file is treated as dangling.
        guard try resolved == path || isVisible(resolved) else { throw noMatch(source, hidden: 1) }
        let fd = try root.open(argument(resolved), OpenFlags.path | O_NOFOLLOW)
        let status = try fd.status()
        var descendants: [CopySelection.Descendant] = []
        if status.kind == .directory { try collect(below: resolved, into: &descendants) }
        let name = path.split(separator: 0x2f).last.map(Array.init) ?? []
        return CopySelection.Item(path: resolved, name: name, status: status, descendants: descendants)
    }

    /// The path with all symbolic links resolved inside the root by the kernel.
    private func resolve(_ path: [UInt8]) throws -> [UInt8] {
        let fd = try root.open(argument(path), OpenFlags.path)
        let target = try Files.readSymlink("/proc/self/fd/\(fd.raw)")
        let base = try Files.readSymlink("/proc/self/fd/\(root.fd)")
        if target == base { return [] }
        let prefix = base == [0x2f] ? base : base + [0x2f]
        guard target.starts(with: prefix) else { return path }
        return Array(target.dropFirst(prefix.count))
    }

    private func collect(below item: [UInt8], into descendants: inout [CopySelection.Descendant]) throws {
        var pending: [[UInt8]] = [[]]
        while let directory = pending.popLast() {
            let whole = join(item, directory)
            let fd = try root.openNoSymlinks(argument(whole), O_RDONLY | O_DIRECTORY)
            var below: [[UInt8]] = []
            let names = try Files.entries(of: fd).map(\.name).sorted {
                $0.lexicographicallyPrecedes($1) { UInt8(bitPattern: $0) < UInt8(bitPattern: $1) }
            }
            for name in names {
                let relative = join(directory, name.dropLast().map { UInt8(bitPattern: $0) })
                let status = try Files.status(at: fd.raw, name)
                let isDirectory = status.kind == .directory
                let path = join(item, relative)
                let isExcluded = filter.excludes(path, isDirectory)
                if isDirectory, !isExcluded || filter.mayIncludeBelow(path) { below.append(relative) }
                if !isExcluded, status.kind != .socket {
                    descendants.append(CopySelection.Descendant(path: relative, status: status))
                }
            }
            pending.append(contentsOf: below.reversed())
        }
    }

    private func join(_ one: [UInt8], _ other: [UInt8]) -> [UInt8] {
        if one.isEmpty { return other }
        if other.isEmpty { return one }
        return one + [0x2f] + other
    }

    private func argument(_ path: [UInt8]) -> [CChar] {
        path.isEmpty ? [0x2e, 0] : path.map { CChar(bitPattern: $0) } + [0]
    }
}

import Glibc
package import LinuxSystem

/// Selects files for `COPY` and `ADD`.
package struct CopySelector: ~Copyable {
    private let root: RootedDirectory
    private let rootHandle: PathHandle
    private let rootPath: String
    private let filter: CopyFilter
    private let exclusions: CopyExclusions?
    /// Whether a source that is a symbolic link means the link's target.
    package var followsLinks = true
    private let matches: @Sendable (_ pattern: String, _ name: [UInt8]) throws -> Bool

    /// - Parameters:
    ///   - root: the directory that all sources, even absolute ones, are relative to.
    ///   - rootPath: its path for messages.
    ///   - exclusions: what to leave out of the selected files; nil for nothing.
    ///   - matches: whether a name matches a component of a wildcard pattern.
    package init(
        root: PathHandle, named rootPath: String, filter: CopyFilter, exclusions: CopyExclusions? = nil,
        matches: @escaping @Sendable (String, [UInt8]) throws -> Bool
    ) throws {
        self.root = try root.rootedDirectory()
        rootHandle = root
        self.rootPath = rootPath
        self.filter = filter
        self.exclusions = exclusions
        self.matches = matches
    }

    /// Selects the files named by the sources.
    ///
    /// A pattern may match nothing if another source matches something, or if what it matches is excluded by
    /// `exclusions`.
    ///
    /// - Throws: ``WorkingContainerError`` with `noSuchSource` and the source that matches nothing.
    package func select(_ sources: [String]) throws -> CopySelection {
        var items: [CopySelection.Item] = []
        var unmatched: WorkingContainerError?
        var isFiltered = false
        for source in sources {
            let (found, hidden) = try expand(source)
            let isPattern = Self.isPattern(source)
            if found.isEmpty {
                let problem = noMatch(source, hidden: hidden)
                guard isPattern else { throw problem }
                unmatched = unmatched ?? problem
            }
            for path in found {
                let (item, isPartial) = try item(at: path, source)
                isFiltered = isFiltered || isPartial
                if !item.isDirectory, exclusions?.excludes([item.name, path]) ?? false {
                    guard isPattern else { throw noMatch(source, hidden: 1) }
                    (unmatched, isFiltered) = (nil, true)
                    continue
                }
                items.append(item)
            }
        }
        if items.isEmpty, !isFiltered, let unmatched { throw unmatched }
        return CopySelection(root: rootHandle, items: items, isFiltered: isFiltered)
    }

    private static func isPattern(_ source: String) -> Bool { source.contains { "*?[".contains($0) } }

    /// Selects the files that the sources name, with their parent directories (`--parents`): each item is a directory
    /// that the files' paths are relative to. It is the root, or what precedes `/./` in the source. Links are not
    /// followed below it. Patterns may match nothing.
    ///
    /// - Parameter compile: compiles a pattern for whole paths.
    /// - Throws: ``WorkingContainerError`` with `noSuchSource` and the source without wildcards that is missing.
    package func selectWithParents(
        _ sources: [String], _ compile: (String) throws -> CopyPathPattern
    ) throws -> CopySelection {
        var items: [CopySelection.Item] = []
        var isFiltered = false
        for source in sources {
            let (base, rest) = Self.splitAtPivot(source)
            let pattern = rest.isEmpty ? nil : try compile(rest)
            let (found, hidden) = try expand(base)
            var isMissing = !Self.isPattern(source)
            for path in found {
                let resolved = try resolve(path)
                let status = try root.open(argument(resolved), OpenFlags.path | O_NOFOLLOW).status()
                guard status.kind == .directory else { continue }
                var below = Below(item: resolved, isMatched: false, pattern: pattern)
                try collect(into: &below)
                if pattern == nil || !below.files.isEmpty { isMissing = false }
                isFiltered = isFiltered || below.isFiltered
                items.append(CopySelection.Item(path: resolved, name: [], status: status, descendants: below.files))
            }
            if isMissing { throw noMatch(source, hidden: hidden) }
        }
        return CopySelection(root: rootHandle, items: items, isFiltered: isFiltered)
    }

    /// The parts of a source before and after the first `/./`, without `.` and `..`; without one, all of it is after.
    private static func splitAtPivot(_ source: String) -> (base: String, rest: String) {
        func clean(_ path: some StringProtocol) -> String {
            var parts: [String] = []
            for part in path.split(separator: "/") where part != "." {
                if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
            }
            return parts.joined(separator: "/")
        }
        let bytes = Array(source.utf8)
        let pivot = bytes.indices.dropLast(2).first { bytes[$0...].starts(with: "/./".utf8) }
        guard let pivot else { return ("", clean(source)) }
        return (clean(Substring(source.utf8.prefix(pivot))), clean(Substring(source.utf8.dropFirst(pivot + 3))))
    }

    /// - Parameter hidden: the number of excluded files that the source matches.
    private func noMatch(_ source: String, hidden: Int) -> WorkingContainerError {
        let path = source.hasPrefix("/") ? source : "/\(source)"
        guard Self.isPattern(source) || hidden > 0 else {
            return WorkingContainerError(
                .noSuchSource,
                "checking on sources under \"\(rootPath)\": copier: stat: \"\(path)\": no such file or directory")
        }
        let root = rootPath == "/" ? "" : rootPath
        let by = hidden > 0 ? filter.origin.map { " using \($0)" } ?? "" : ""
        return WorkingContainerError(
            .noSuchSource,
            "checking on sources under \"\(rootPath)\": "
                + (Self.isPattern(source)
                    ? "glob \"\(root)\(path)\" matched nothing " : "no items matching glob \"\(root)\(path)\" copied ")
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

    private func item(
        at path: [UInt8], _ source: String
    ) throws -> (item: CopySelection.Item, isPartial: Bool) {
        // Source symbolic links are followed; links below a directory are copied as links.
        let resolved = try resolve(path)
        // A link to an excluded file is treated as dangling.
        guard try resolved == path || isVisible(resolved) else { throw noMatch(source, hidden: 1) }
        let fd = try root.open(argument(resolved), OpenFlags.path | O_NOFOLLOW)
        let status = try fd.status()
        var below = Below(item: resolved, isMatched: Self.isPattern(source), pattern: nil)
        if status.kind == .directory { try collect(into: &below) }
        let name = path.split(separator: 0x2f).last.map(Array.init) ?? []
        let item = CopySelection.Item(path: resolved, name: name, status: status, descendants: below.files)
        return (item, below.isFiltered)
    }

    /// The path with all symbolic links resolved inside the root by the kernel; the last component only if links are
    /// followed.
    private func resolve(_ path: [UInt8]) throws -> [UInt8] {
        if !followsLinks, let last = path.split(separator: 0x2f).last {
            let status = try root.open(argument(path), OpenFlags.path | O_NOFOLLOW).status()
            if status.kind == .symlink {
                return join(try target(of: Array(path.dropLast(last.count))), Array(last))
            }
        }
        return try target(of: path)
    }

    private func target(of path: [UInt8]) throws -> [UInt8] {
        let fd = try root.open(argument(path), OpenFlags.path)
        let target = try Files.readSymlink("/proc/self/fd/\(fd.raw)")
        let base = try Files.readSymlink("/proc/self/fd/\(root.fd)")
        if target == base { return [] }
        let prefix = base == [0x2f] ? base : base + [0x2f]
        guard target.starts(with: prefix) else { return path }
        return Array(target.dropFirst(prefix.count))
    }

    /// The files below one item.
    private struct Below {
        let item: [UInt8]
        /// Whether the item was found by a wildcard: exclusions then apply to its own path, too.
        let isMatched: Bool
        /// What is selected; nil for everything.
        let pattern: CopyPathPattern?
        private(set) var files: [CopySelection.Descendant] = []
        var isFiltered = false
        /// Directories that are copied only if something below them is.
        var skipped: [[UInt8]: FileStatus] = [:]

        init(item: [UInt8], isMatched: Bool, pattern: CopyPathPattern?) {
            self.item = item
            self.isMatched = isMatched
            self.pattern = pattern
        }

        /// Selects a file, and before it those of its parent directories that were skipped.
        mutating func add(_ path: [UInt8], _ status: FileStatus) {
            if !skipped.isEmpty {
                for end in path.indices where path[end] == 0x2f {
                    let parent = Array(path[..<end])
                    if let status = skipped.removeValue(forKey: parent) {
                        files.append(CopySelection.Descendant(path: parent, status: status))
                    }
                }
            }
            files.append(CopySelection.Descendant(path: path, status: status))
        }
    }

    private func collect(into below: inout Below) throws {
        var pending: [[UInt8]] = [[]]
        while let directory = pending.popLast() {
            let whole = join(below.item, directory)
            let fd = try root.openNoSymlinks(argument(whole), O_RDONLY | O_DIRECTORY)
            var directories: [[UInt8]] = []
            let names = try Files.entries(of: fd).map(\.name).sorted {
                $0.lexicographicallyPrecedes($1) { UInt8(bitPattern: $0) < UInt8(bitPattern: $1) }
            }
            for name in names {
                let relative = join(directory, name.dropLast().map { UInt8(bitPattern: $0) })
                let status = try Files.status(at: fd.raw, name)
                if try visit(relative, status, &below) { directories.append(relative) }
            }
            pending.append(contentsOf: directories.reversed())
        }
    }

    /// Selects a file if nothing speaks against it.
    ///
    /// - Returns: whether it is a directory that may contain selected files.
    private func visit(_ relative: [UInt8], _ status: FileStatus, _ below: inout Below) throws -> Bool {
        let isDirectory = status.kind == .directory
        let path = join(below.item, relative)
        let isHidden = filter.excludes(path, isDirectory)
        let isExcluded = exclusions.map { $0.excludes(forms(of: relative, below)) } ?? false
        let isNamed = below.pattern.map { $0.matches(relative) } ?? true
        if isNamed, isHidden || isExcluded { below.isFiltered = true }
        if !isHidden, !isExcluded, isNamed {
            if status.kind != .socket { below.add(relative, status) }
            return isDirectory
        }
        guard isDirectory, !isHidden || filter.mayIncludeBelow(path), !isExcluded || mayInclude(relative, path),
            isNamed || below.pattern.map({ $0.mayMatchBelow(relative) }) ?? false
        else { return false }
        below.skipped[relative] = status
        return true
    }

    private func mayInclude(_ relative: [UInt8], _ path: [UInt8]) -> Bool {
        guard let exclusions else { return true }
        return exclusions.mayIncludeBelow(relative) || exclusions.mayIncludeBelow(path)
    }

    /// The paths of a file and its parents that exclusions are matched with.
    private func forms(of relative: [UInt8], _ below: Below) -> [[UInt8]] {
        var forms = relative.indices.filter { relative[$0] == 0x2f }.map { Array(relative[..<$0]) } + [relative]
        guard !below.item.isEmpty else { return forms }
        forms += forms.map { join(below.item, $0) }
        if below.isMatched { forms.append(below.item) }
        return forms
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

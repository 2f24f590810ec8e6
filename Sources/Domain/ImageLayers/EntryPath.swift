/// A layer entry's name, cleaned and split so that each part can be passed to an `*at` system call.
///
/// Absolute names are relative to the root, `.` and empty components are dropped, and `..` is resolved lexically, as in
/// other container tools; a name that climbs above the root is rejected.
struct EntryPath {
    /// The directory part relative to the root, NUL-terminated; `"."` for entries of the root itself.
    let parent: [CChar]
    /// The last component, NUL-terminated; empty (a lone NUL) when the entry is the root directory.
    let base: [CChar]
    /// Whether the name is empty after cleaning (`./`): the directory that the archive's names are relative to.
    let isTop: Bool

    /// The whole path relative to the root, NUL-terminated.
    var whole: [CChar] {
        if base.count <= 1 { return [0x2e, 0] }
        if parent.count == 2, parent[0] == 0x2e { return base }
        var path: [CChar] = []
        path.reserveCapacity(parent.count + base.count)
        path.append(contentsOf: parent)
        path[path.count - 1] = 0x2f
        path.append(contentsOf: base)
        return path
    }

    /// - Throws: ``LayerError`` with `escapesRoot` for names that leave the root or contain a NUL.
    init(cleaning name: [UInt8], below prefix: [UInt8] = []) throws(LayerError) {
        var cleaned: [CChar] = []
        cleaned.reserveCapacity(prefix.count + name.count + 2)
        var starts: [Int] = []
        try EntryPath.append(prefix, to: &cleaned, starts: &starts, floor: 0)
        let floor = starts.count
        try EntryPath.append(name, to: &cleaned, starts: &starts, floor: floor)
        isTop = starts.count == floor
        cleaned.append(0)
        guard let last = starts.last else {
            parent = [0x2e, 0]
            base = [0]
            return
        }
        if last == 0 {
            parent = [0x2e, 0]
            base = cleaned
        } else {
            base = Array(cleaned[last...])
            cleaned.removeSubrange(last...)
            cleaned[last - 1] = 0
            parent = cleaned
        }
    }

    private static func append(
        _ part: [UInt8], to cleaned: inout [CChar], starts: inout [Int], floor: Int
    ) throws(LayerError) {
        var position = 0
        while position < part.count {
            if part[position] == 0x2f {
                position += 1
                continue
            }
            var end = position
            while end < part.count, part[end] != 0x2f {
                if part[end] == 0 {
                    throw LayerError(.escapesRoot, "the name contains a NUL byte", entry: LayerError.shown(part))
                }
                end += 1
            }
            let length = end - position
            if length == 1, part[position] == 0x2e {
                // "." is a no-op.
            } else if length == 2, part[position] == 0x2e, part[position + 1] == 0x2e {
                guard starts.count > floor, let last = starts.popLast() else {
                    throw LayerError(.escapesRoot, "the name leaves the root", entry: LayerError.shown(part))
                }
                cleaned.removeSubrange(max(0, last - 1)...)
            } else {
                if !cleaned.isEmpty { cleaned.append(0x2f) }
                starts.append(cleaned.count)
                for byte in part[position..<end] { cleaned.append(CChar(bitPattern: byte)) }
            }
            position = end
        }
    }
}

/// A layer entry's name, cleaned and split so that each part can be handed to an `*at` system call.
///
/// Absolute names are taken relative to the root, `.` and empty components vanish, and `..` is resolved by
/// the text alone, as the field's tools do; a name that climbs above the root is refused.
struct EntryPath {
    /// The directory part relative to the root, NUL-terminated; `"."` for entries of the root itself.
    let parent: [CChar]
    /// The last component, NUL-terminated; empty (a lone NUL) when the entry is the root directory.
    let base: [CChar]

    var isRoot: Bool { base.count <= 1 }

    /// The whole path relative to the root, NUL-terminated.
    var whole: [CChar] {
        if isRoot { return [0x2e, 0] }
        if parent.count == 2, parent[0] == 0x2e { return base }
        var path = parent
        path[path.count - 1] = 0x2f
        path.append(contentsOf: base)
        return path
    }

    /// The last component without its terminator.
    var baseBytes: ArraySlice<CChar> { base.dropLast() }

    init(parent: [CChar], base: [CChar]) {
        self.parent = parent
        self.base = base
    }

    /// - Throws: ``LayerError`` with `escapesRoot` for names that leave the root or hold a NUL.
    init(cleaning name: [UInt8], below prefix: [UInt8] = []) throws(LayerError) {
        var cleaned: [CChar] = []
        cleaned.reserveCapacity(prefix.count + name.count + 2)
        var starts: [Int] = []
        try EntryPath.append(prefix, to: &cleaned, starts: &starts, floor: 0)
        try EntryPath.append(name, to: &cleaned, starts: &starts, floor: starts.count)
        guard let last = starts.last else {
            parent = [0x2e, 0]
            base = [0]
            return
        }
        base = Array(cleaned[last...]) + [0]
        if last == 0 {
            parent = [0x2e, 0]
        } else {
            parent = Array(cleaned[..<(last - 1)]) + [0]
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
                if part[end] == 0 { throw LayerError(.escapesRoot, "the name holds a NUL byte", entry: text(part)) }
                end += 1
            }
            let length = end - position
            if length == 1, part[position] == 0x2e {
                // "." says nothing.
            } else if length == 2, part[position] == 0x2e, part[position + 1] == 0x2e {
                guard starts.count > floor, let last = starts.popLast() else {
                    throw LayerError(.escapesRoot, "the name leaves the root", entry: text(part))
                }
                cleaned.removeSubrange(max(0, last - 1)...)
            } else {
                if !cleaned.isEmpty { cleaned.append(0x2f) }
                starts.append(cleaned.count)
                for index in position..<end { cleaned.append(CChar(bitPattern: part[index])) }
            }
            position = end
        }
    }

    static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}

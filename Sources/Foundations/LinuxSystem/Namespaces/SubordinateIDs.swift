import Glibc

/// The subordinate id ranges of a user in /etc/subuid and /etc/subgid (subuid(5)).
package struct SubordinateIDs: Sendable, Equatable {
    /// Consecutive ids.
    package struct Range: Sendable, Equatable {
        /// The first id and the number of ids.
        package var start, count: UInt32

        /// Creates a range, unchecked.
        package init(start: UInt32, count: UInt32) {
            (self.start, self.count) = (start, count)
        }
    }

    /// The ranges of a user, listed by name or number, in the file's order. Malformed lines are skipped, as the mapping
    /// programs do. A missing file has no ranges.
    package static func read(path: String, user name: String?, uid: UInt32) throws(LinuxError) -> [Range] {
        guard let bytes = try Files.readFileIfPresent(path) else { return [] }
        return parse(String(decoding: bytes, as: UTF8.self), user: name, uid: uid)
    }

    static func parse(_ text: String, user name: String?, uid: UInt32) -> [Range] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count == 3, !fields[0].isEmpty,
                name.map({ fields[0] == $0 }) == true || UInt32(fields[0]) == uid,
                let start = UInt32(fields[1]), let count = UInt32(fields[2]), count > 0,
                !start.addingReportingOverflow(count - 1).overflow
            else { return nil }
            return Range(start: start, count: count)
        }
    }

    /// The mapping used by Podman and Buildah: container id 0 is the user, ids from 1 are the subordinate ranges,
    /// lowest first. Ids that overlap an earlier range, or that are missing in `available` (the caller's own mapping),
    /// are left out.
    static func layOut(owner: UInt32, ranges: [Range], available: IDMapping) -> IDMapping {
        var mapped = [IDMapping.Range(containerID: 0, hostID: owner, size: 1)]
        var next: UInt32 = 1
        for range in ranges.sorted(by: { $0.start < $1.start }) {
            for usable in range.parts(within: available).flatMap({ $0.parts(outside: mapped) }) {
                let size = min(usable.count, UInt32.max - next)
                // The kernel accepts at most 340 ranges.
                if size == 0 || mapped.count == 340 { break }
                mapped.append(IDMapping.Range(containerID: next, hostID: usable.start, size: size))
                next += size
            }
        }
        return IDMapping(mapped)
    }
}

extension SubordinateIDs.Range {
    private var end: UInt64 { UInt64(start) + UInt64(count) }

    private init?(_ start: UInt64, _ end: UInt64) {
        guard start < end, let first = UInt32(exactly: start), let count = UInt32(exactly: end - start) else {
            return nil
        }
        self.init(start: first, count: count)
    }

    /// The parts that exist in the caller's own namespace.
    fileprivate func parts(within available: IDMapping) -> [Self] {
        available.ranges.compactMap { range in
            let first = UInt64(range.containerID)
            return Self(max(UInt64(start), first), min(end, first + UInt64(range.size)))
        }
    }

    /// The parts not covered by another range.
    fileprivate func parts(outside taken: [IDMapping.Range]) -> [Self] {
        taken.reduce([self]) { parts, range in
            let first = UInt64(range.hostID)
            return parts.flatMap { part in
                [
                    Self(UInt64(part.start), min(part.end, first)),
                    Self(max(UInt64(part.start), first + UInt64(range.size)), part.end),
                ].compactMap { $0 }
            }
        }
    }
}

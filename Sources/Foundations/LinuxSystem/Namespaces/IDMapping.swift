/// A user namespace's mapping of user or group ids: ranges of container ids and their host ids (user_namespaces(7)).
package struct IDMapping: Sendable, Equatable {
    /// `size` consecutive ids.
    package struct Range: Sendable, Equatable {
        /// The first id inside, the first id outside, and the number of ids.
        package var containerID, hostID, size: UInt32

        /// Creates a range, unchecked.
        package init(containerID: UInt32, hostID: UInt32, size: UInt32) {
            (self.containerID, self.hostID, self.size) = (containerID, hostID, size)
        }
    }

    /// The ranges, in the order of the mapping.
    package var ranges: [Range]

    /// Creates a mapping; ranges should not overlap.
    package init(_ ranges: [Range]) {
        self.ranges = ranges
    }

    /// Maps every id to itself.
    package static let identity = IDMapping([Range(containerID: 0, hostID: 0, size: .max)])

    /// Parses the content of /proc/PID/uid_map or gid_map; nil if it is invalid.
    package init?(parsing text: String) {
        var ranges: [Range] = []
        for line in text.split(separator: "\n") {
            let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map { UInt32($0) }
            guard fields.count == 3, let inside = fields[0], let outside = fields[1], let size = fields[2] else {
                return nil
            }
            ranges.append(Range(containerID: inside, hostID: outside, size: size))
        }
        self.init(ranges)
    }

    /// The id outside; nil if it is not mapped.
    package func toHost(_ id: UInt32) -> UInt32? {
        for range in ranges where id >= range.containerID && id - range.containerID < range.size {
            let (result, overflow) = range.hostID.addingReportingOverflow(id - range.containerID)
            return overflow ? nil : result
        }
        return nil
    }

    /// The id inside; nil if it is not mapped.
    package func toContainer(_ id: UInt32) -> UInt32? {
        for range in ranges where id >= range.hostID && id - range.hostID < range.size {
            let (result, overflow) = range.containerID.addingReportingOverflow(id - range.hostID)
            return overflow ? nil : result
        }
        return nil
    }

    /// The number of mapped ids.
    package var count: UInt64 {
        ranges.reduce(0) { $0 + UInt64($1.size) }
    }

    /// Whether all ids are mapped to themselves.
    package var isIdentity: Bool {
        ranges.allSatisfy { $0.containerID == $0.hostID } && count >= UInt64(UInt32.max)
    }

    /// One line per range, in the format of the kernel's map files.
    var text: String {
        ranges.map { "\($0.containerID) \($0.hostID) \($0.size)\n" }.joined()
    }
}

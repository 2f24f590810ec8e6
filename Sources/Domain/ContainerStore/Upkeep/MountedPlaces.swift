import LinuxSystem

/// The mounts of the processes of this machine, as far as this process may see them.
enum MountedPlaces {
    /// Those of these names that occur as part of a path in a mount table: the names are random, so nothing else has
    /// them. Each mount namespace is read once.
    static func names(among wanted: Set<String>) -> Set<String> {
        guard !wanted.isEmpty, let processes = try? Files.entries(ofDirectory: "/proc") else { return [] }
        let bytes = Dictionary(wanted.map { (Array($0.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        var found: Set<String> = []
        var seen: Set<[UInt8]> = []
        for process in processes where process.bytes.allSatisfy({ (0x30...0x39).contains($0) }) {
            let place = "/proc/\(process.text)"
            // A process that is exiting has no table any more.
            guard let namespace = try? Files.readSymlink("\(place)/ns/mnt"), !seen.contains(namespace),
                let table = try? Files.readFile("\(place)/mountinfo", limit: 64 << 20)
            else { continue }
            seen.insert(namespace)
            for part in table.split(whereSeparator: { isSeparator($0) }) {
                if let name = bytes[Array(part)] { found.insert(name) }
            }
        }
        return found
    }

    /// The separators of path components in a mount table.
    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n")
            || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":")
    }
}

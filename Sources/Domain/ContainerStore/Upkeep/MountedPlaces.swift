import LinuxSystem

/// What the processes of this machine have mounted, as far as this one may look.
enum MountedPlaces {
    /// Those of these names that are part of a path in a mount table: random names, which nothing else bears. Each mount
    /// namespace is looked at once.
    static func names(among wanted: Set<String>) -> Set<String> {
        guard !wanted.isEmpty, let processes = try? Files.entries(ofDirectory: "/proc") else { return [] }
        let bytes = Dictionary(wanted.map { (Array($0.utf8), $0) }, uniquingKeysWith: { first, _ in first })
        var found: Set<String> = []
        var seen: Set<[UInt8]> = []
        for process in processes where process.bytes.allSatisfy({ (0x30...0x39).contains($0) }) {
            let place = "/proc/\(process.text)"
            // A process that is ending has no table any more.
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

    /// What stands between the parts of the paths in a mount table.
    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n")
            || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":")
    }
}

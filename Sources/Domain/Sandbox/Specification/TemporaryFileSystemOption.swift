/// The options of tmpfs(5) allowed for a container's mounts.
enum TemporaryFileSystemOption {
    private static let hugePages = ["never", "always", "within_size", "advise"]

    /// Whether this is such an option with a valid value.
    static func isValid(_ option: String) -> Bool {
        let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return option == "noswap" || option == "inode64" }
        let value = parts[1].utf8
        switch parts[0] {
        case "size", "nr_blocks", "nr_inodes": return isSize(value)
        case "mode": return !value.isEmpty && value.count <= 5 && value.allSatisfy { (0x30...0x37).contains($0) }
        case "uid", "gid": return UInt32(parts[1]) != nil && isNumber(value)
        case "huge": return hugePages.contains(String(parts[1]))
        default: return false
        }
    }

    private static func isNumber(_ text: some Collection<UInt8>) -> Bool {
        !text.isEmpty && text.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Digits, followed by a unit or a percent sign.
    private static func isSize(_ text: Substring.UTF8View) -> Bool {
        guard let last = text.last else { return false }
        return isNumber("kKmMgGtTpPeE%".utf8.contains(last) ? text.dropLast() : text)
    }
}

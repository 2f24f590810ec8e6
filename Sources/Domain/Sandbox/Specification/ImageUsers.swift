/// Looks up users and groups in an image's own `/etc/passwd` and `/etc/group`, whose content is untrusted.
package struct ImageUsers {
    /// A resolved user.
    package struct Account: Sendable, Equatable {
        /// The ids to run as.
        package var uid, gid: UInt32
        /// Supplementary groups; empty if a group was specified explicitly.
        package var additionalGIDs: [UInt32]
        /// The home directory, `/` if the user is not in the image's database.
        package var home: String
        /// The name; empty if the user is not in the image's database.
        package var name: String
    }

    private static let largestFile = 4 << 20
    private static let largestID: UInt32 = 0x7fff_ffff
    private static let mostGroups = 65_536

    private let readFile: (String) throws -> [UInt8]?

    /// - Parameter readFile: reads a file of the image by its absolute path, resolved inside the image's root; nil if
    ///   it does not exist.
    package init(readFile: @escaping (String) throws -> [UInt8]?) {
        self.readFile = readFile
    }

    /// Resolves `user`, `user:group`, or an empty string for root; each a name or a number, which need not be listed.
    /// The name `root` need not be listed either: it means 0.
    ///
    /// Errors are of code `unknownUser`; those of `readFile` are rethrown.
    package func resolve(_ specification: String) throws -> Account {
        let parts = specification.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let user = parts.first.map(String.init) ?? ""
        let group = parts.count > 1 ? String(parts[1]) : ""
        let number = try Self.id(user)

        var account = Account(uid: number ?? 0, gid: 0, additionalGIDs: [], home: "/", name: "")
        let entry = try entries(of: "/etc/passwd").first { fields in
            let uid = Self.listedID(fields, 2)
            return user.isEmpty ? uid == 0 : fields[0] == user || number != nil && number == uid
        }
        if let entry, let uid = Self.listedID(entry, 2), let gid = Self.listedID(entry, 3) {
            let home = Self.field(entry, 5)
            account = Account(
                uid: uid, gid: gid, additionalGIDs: [], home: home.isEmpty ? "/" : home, name: entry[0])
        } else if !user.isEmpty, number == nil, user != "root" {
            throw SandboxError(.unknownUser, "unable to find user \(user): no matching entries in passwd file")
        }
        if !group.isEmpty {
            account.gid = try groupID(group)
        } else if !account.name.isEmpty {
            account.additionalGIDs = try groups(of: account.name)
        }
        return account
    }

    /// The id of a group, by name or number.
    package func groupID(_ group: String) throws -> UInt32 {
        let number = try Self.id(group)
        if let number { return number }
        for entry in try entries(of: "/etc/group") where entry[0] == group {
            if let gid = Self.listedID(entry, 2) { return gid }
        }
        if group == "root" { return 0 }
        throw SandboxError(.unknownUser, "unable to find group \(group): no matching entries in group file")
    }

    private func groups(of user: String) throws -> [UInt32] {
        var found: [UInt32] = []
        for entry in try entries(of: "/etc/group") {
            guard Self.field(entry, 3).split(separator: ",").contains(where: { $0 == user }),
                let gid = Self.listedID(entry, 2), found.count < Self.mostGroups, !found.contains(gid)
            else { continue }
            found.append(gid)
        }
        return found
    }

    /// The fields of each line. Skips comments, lines without a name, and excess lines.
    private func entries(of path: String) throws -> [[String]] {
        guard let bytes = try readFile(path) else { return [] }
        return bytes.prefix(Self.largestFile).split(separator: UInt8(ascii: "\n")).compactMap { line in
            let text = String(decoding: line, as: UTF8.self)
            let fields = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard let name = fields.first, !name.isEmpty, !name.hasPrefix("#") else { return nil }
            return fields
        }
    }

    private static func field(_ fields: [String], _ index: Int) -> String {
        fields.indices.contains(index) ? fields[index] : ""
    }

    /// The id in a line; nil if it is not usable: 4294967295 means "unchanged" to the kernel.
    private static func listedID(_ fields: [String], _ index: Int) -> UInt32? {
        UInt32(field(fields, index)).flatMap { $0 <= largestID ? $0 : nil }
    }

    /// The number in a text; nil for a name.
    private static func id(_ text: String) throws(SandboxError) -> UInt32? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        guard let number = UInt32(text), number <= largestID else {
            throw SandboxError(.unknownUser, "uids and gids must be in range 0-\(largestID), not \(text)")
        }
        return number
    }
}

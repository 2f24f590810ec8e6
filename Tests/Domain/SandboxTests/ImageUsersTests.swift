import Testing

@testable import Sandbox

@Suite struct ImageUsersTests {
    static let passwd = """
        # users
        root:x:0:0:root:/root:/bin/sh
        web:x:33:34::/srv/web:/bin/false
        minus:x:4294967295:4294967295::/:/bin/sh
        broken
        :x:5:5::/:
        1000:x:7:8::/seven:/bin/sh
        """
    static let group = """
        root:x:0:
        web:x:34:
        disk:x:6:web,other
        tape:x:26:other,web
        huge:x:99999999999:web
        """

    static func users(_ passwd: String? = passwd, _ group: String? = group) -> ImageUsers {
        ImageUsers { path in
            (path == "/etc/passwd" ? passwd : group).map { Array($0.utf8) }
        }
    }

    @Test func emptyUserIsRoot() throws {
        #expect(
            try Self.users().resolve("")
                == .init(uid: 0, gid: 0, additionalGIDs: [], home: "/root", name: "root"))
        #expect(try Self.users(nil, nil).resolve("").home == "/")
    }

    @Test(arguments: ["web", "33"])
    func listedUserHasGroupsAndHome(text: String) throws {
        let account = try Self.users().resolve(text)
        #expect(account == .init(uid: 33, gid: 34, additionalGIDs: [6, 26], home: "/srv/web", name: "web"))
    }

    @Test func explicitGroupReplacesAllOthers() throws {
        let account = try Self.users().resolve("web:disk")
        #expect(account.uid == 33 && account.gid == 6 && account.additionalGIDs.isEmpty)
        #expect(try Self.users().resolve("web:4711").gid == 4711)
    }

    @Test func unlistedNumbersAreAccepted() throws {
        let account = try Self.users(nil, nil).resolve("4711:4712")
        #expect(account == .init(uid: 4711, gid: 4712, additionalGIDs: [], home: "/", name: ""))
    }

    @Test func numbersMayBeNames() throws {
        #expect(try Self.users().resolve("1000").uid == 7)
    }

    @Test func unknownNamesAreErrorsAsInPodman() {
        let user = #expect(throws: SandboxError.self) { try Self.users().resolve("nobody") }
        #expect(user?.message == "unable to find user nobody: no matching entries in passwd file")
        let group = #expect(throws: SandboxError.self) { try Self.users().resolve("web:nogroup") }
        #expect(group?.message == "unable to find group nogroup: no matching entries in group file")
    }

    /// To setresuid(2), -1 means "stay as you are": root.
    @Test(arguments: ["minus", "4294967295", "2147483648", "99999999999999999999", "0:4294967295"])
    func idsOutOfRangeAreErrors(text: String) {
        #expect(throws: SandboxError.self) { try Self.users().resolve(text) }
    }

    @Test func hostileFilesDoNotCrash() throws {
        let bytes = [UInt8](repeating: 0xff, count: 1000) + Array("\n:::::\nx\nme:x:12:13::/h:\n".utf8)
        let users = ImageUsers { _ in bytes }
        #expect(try users.resolve("me").uid == 12)
        #expect(throws: SandboxError.self) { try users.resolve("x") }
    }
}

import BuildGraph
import Glibc
import LinuxSystem
import Testing

@testable import ImageBuild

@Suite struct GitReferenceTests {
    @Test(arguments: [
        ("https://h/r.git", "https://h/r.git", "", ""),
        ("https://h/r.git#v1", "https://h/r.git", "v1", ""),
        ("https://h/r.git#v1:a/../b/", "https://h/r.git", "v1", "b"),
        ("https://h/r.git#:a", "https://h/r.git", "", "a"),
        ("http://h:8080/.git?ref=x%2Fy&subdir=d", "http://h:8080/.git", "x/y", "d"),
        ("https://h/r.git?tag=v1", "https://h/r.git", "refs/tags/v1", ""),
        ("https://h/r.git?branch=main", "https://h/r.git", "refs/heads/main", ""),
        ("git@h.example:a/b.git#main", "git@h.example:a/b.git", "main", ""),
        ("ssh://git@h/a/b#main", "ssh://git@h/a/b", "main", ""), ("git://h/r", "git://h/r", "", ""),
        ("https://h/r.git#../../..:../../etc", nil, "", ""),
        ("https://h/r.git#a%2Fb:c%20d", "https://h/r.git", "a/b", "c d"),
    ])
    func repositories(text: String, remote: String?, ref: String, directory: String) throws {
        guard let remote else {
            #expect(throws: BuildError.self) { try GitReference(text) }
            return
        }
        let reference = try #require(try GitReference(text))
        #expect(reference.remote == remote)
        #expect(reference.ref == ref)
        #expect(reference.directory == directory)
    }

    @Test(arguments: [
        "https://h/file.tar", "https://h/r.git/file", "file:///r.git", "ext::sh -c id", "ext://x.git", "r.git",
        "./a@b:c", "a/b", "github.com/o/r", "-u@h:x", "u@-h:x", "https://-upload.git", "https:///r.git", "a:b",
        "https://example.git",
    ])
    func otherSources(text: String) throws {
        #expect(try GitReference(text) == nil)
    }

    @Test func contextsMayLackTheScheme() throws {
        let reference = try #require(try GitReference("github.com/o/r.git#main", isContext: true))
        #expect(reference.remote == "https://github.com/o/r.git")
    }

    @Test func queries() throws {
        let reference = try #require(
            try GitReference("https://h/r.git?keep-git-dir&submodules=0&commit=0123abc&mtime=commit"))
        #expect(reference.keepsGitDirectory == true)
        #expect(!reference.fetchesSubmodules)
        #expect(reference.commit == "0123abc")
        #expect(reference.usesCommitTime)
    }

    @Test(arguments: [
        "ref=a&ref=b", "tag=a&branch=b", "ref=a#b", "ref", "what=1", "submodules=maybe", "commit=xyz", "commit=012",
        "mtime=now", "ref=-x", "ref=a%20b", "ref=%2B..x", "subdir=a#v:b",
        "subdir=a&subdir=a", "commit=0123abc&checksum=0123abd", "fetch-by-commit", "fetch-by-commit&commit=0123abc",
        "subdir=a/.git", "subdir=.GIT/hooks", "subdir=a%0ab", "submodules=1&submodules=1",
        "commit=0123abc#bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    ])
    func invalidQueries(query: String) {
        #expect(throws: BuildError.self) { try GitReference("https://h/r.git?\(query)") }
    }

    @Test func passwordsAreNotShown() throws {
        let reference = try #require(try GitReference("https://user:secret@h/r.git"))
        #expect(reference.displayName == "https://h/r.git")
    }

    @Test func aCommitCanBeFetchedByItsID() throws {
        let commit = String(repeating: "a1", count: 20)
        let reference = try #require(try GitReference("https://h/r.git?fetch-by-commit&commit=\(commit)&branch=main"))
        let target = try GitRepository(reference, environment: []).resolve()
        #expect(target == GitRepository.Target(id: commit, name: nil))
    }

    @Test func namesAreInDotGit() throws {
        func identity(_ text: String, _ name: String) throws -> [String] {
            let reference = try #require(try GitReference(text))
            return GitSource.identity(of: reference, GitRepository.Target(id: "0", name: name))
        }
        let (main, next) = ("refs/heads/main", "refs/heads/next")
        #expect(try identity("https://h/r.git#main", main) == identity("https://h/r.git#next", next))
        let kept = "https://h/r.git?keep-git-dir=1"
        #expect(try identity("\(kept)#main", main) != identity("\(kept)#next", next))
    }

    @Test func silentServersAreGivenUp() throws {
        let listener = OwnedFD(adopting: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener.raw, address, length) + listen(listener.raw, 4)
                    + getsockname(listener.raw, address, &length)
            }
        }
        #expect(bound == 0)
        let reference = try #require(try GitReference("git://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/r"))
        let path = "PATH=/usr/local/bin:/usr/bin:/bin"
        let error = #expect(throws: BuildError.self) {
            try GitRepository(reference, environment: [path], silenceLimit: 1).resolve()
        }
        #expect(error?.message.contains("no progress for 1 seconds") == true)
    }

    @Test func sshUsesTheUsersKnownHosts() {
        #expect(GitRepository.sshCommand(home: "/home/a").hasSuffix("UserKnownHostsFile=/home/a/.ssh/known_hosts"))
        #expect(!GitRepository.sshCommand(home: "/home/a b;id").contains("known_hosts"))
        #expect(!GitRepository.sshCommand(home: nil).contains("known_hosts"))
    }
}

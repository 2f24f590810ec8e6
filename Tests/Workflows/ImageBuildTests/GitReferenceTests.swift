import BuildGraph
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
    ])
    func invalidQueries(query: String) {
        #expect(throws: BuildError.self) { try GitReference("https://h/r.git?\(query)") }
    }

    @Test func passwordsAreNotShown() throws {
        let reference = try #require(try GitReference("https://user:secret@h/r.git"))
        #expect(reference.displayName == "https://h/r.git")
    }
}

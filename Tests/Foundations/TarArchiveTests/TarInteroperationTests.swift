import Glibc
import Testing

@testable import TarArchive

/// A temporary directory, removed at the end.
private final class Scratch {
    let path: String

    init() throws {
        var template = Array("/tmp/tar-archive-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TarError(.misuse, "mkdtemp failed") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        _ = try? shell("rm -rf '\(path)'")
    }

    /// Runs a script in the directory and returns its exit status.
    @discardableResult
    func run(_ script: String) throws -> Int32 { try shell("cd '\(path)' && { \(script)\n} >/dev/null 2>errors") }

    func read(_ name: String) throws -> [UInt8] {
        guard let file = fopen("\(path)/\(name)", "r") else { throw TarError(.misuse, "cannot open \(name)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        guard let file = fopen("\(path)/\(name)", "w") else { throw TarError(.misuse, "cannot make \(name)") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw TarError(.misuse, "cannot write \(name)")
        }
    }
}

@discardableResult
private func shell(_ script: String) throws -> Int32 {
    var child: pid_t = 0
    let arguments: [String] = ["/bin/sh", "-c", script]
    let words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    defer { for word in words { free(word) } }
    guard posix_spawn(&child, "/bin/sh", nil, nil, words + [nil], environ) == 0 else {
        throw TarError(.misuse, "cannot start a shell")
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    return status >> 8 & 0xff
}

private func has(_ tool: String) -> Bool { (try? shell("command -v \(tool) >/dev/null 2>&1")) == 0 }

private let hasGNUTar = (try? shell("tar --version 2>/dev/null | grep -q 'GNU tar'")) == 0
private let hasPython = has("python3")
private let hasBSDTar = has("bsdtar")

@Suite struct TarInteroperationTests {
    private static let tree = """
        mkdir -p tree/sub && printf hello > tree/a && ln tree/a tree/hard && ln -s a tree/soft && : > tree/empty
        head -c 70000 /dev/zero | tr '\\0' z > tree/sub/large && mkfifo tree/pipe && chmod 4751 tree/a
        n=$(printf '%060d' 0) && mkdir -p tree/$n/$n && printf deep > tree/$n/$n/file
        touch -d @1000000000 tree/a tree/sub/large
        """

    private static let longTree = """
        n=$(printf '%0150d' 0) && mkdir -p tree/$n/$n && printf long > tree/$n/$n/$n
        ln -s $n/$n/$n tree/toolong && printf x > tree/ünï && touch -d @-5.25 tree/ünï
        """

    @Test(.enabled(if: hasGNUTar), arguments: ["v7", "ustar", "gnu", "oldgnu", "pax", "posix"])
    func readsGNUTar(format: String) throws {
        let scratch = try Scratch()
        let hasLong = !["v7", "ustar"].contains(format)
        try scratch.run(Self.tree + "\n" + (hasLong ? Self.longTree : ""))
        let group = hasLong ? 3_000_000 : 456
        try scratch.run("tar --format=\(format) --sort=name --owner=o:123 --group=g:\(group) -cf out.tar tree")
        let samples = try readAll(try scratch.read("out.tar"))
        let byName = Dictionary(samples.map { (text($0.entry.name), $0) }, uniquingKeysWith: { $1 })
        let file = try #require(byName["tree/a"])
        #expect(text(file.content) == "hello")
        #expect(file.entry.modification.seconds == 1_000_000_000)
        #expect(file.entry.uid == 123)
        #expect(file.entry.gid == Int64(group))
        #expect(file.entry.mode == 0o4751)
        #expect(byName["tree/hard"]?.entry.kind == .hardLink)
        #expect((byName["tree/hard"]?.entry.linkTarget).map(text) == "tree/a")
        #expect((byName["tree/soft"]?.entry.linkTarget).map(text) == "a")
        #expect(byName["tree/sub/"]?.entry.kind == .directory)
        #expect(byName["tree/sub/large"]?.content == [UInt8](repeating: 0x7a, count: 70000))
        if format != "v7" {
            #expect(byName["tree/pipe"]?.entry.kind == .fifo)
            #expect(samples.contains { text($0.content) == "deep" })
        }
        if hasLong {
            let long = String(repeating: "0", count: 150)
            #expect(text(try #require(byName["tree/\(long)/\(long)/\(long)"]).content) == "long")
            #expect((byName["tree/toolong"]?.entry.linkTarget).map(text) == "\(long)/\(long)/\(long)")
            let early = try #require(byName["tree/ünï"]).entry.modification
            #expect(early == (format == "pax" || format == "posix" ? (-6, 750_000_000) : (-6, 0)))
        }
    }

    @Test(.enabled(if: hasGNUTar), arguments: ["gnu", "0.0", "0.1", "1.0"])
    func readsSparseFilesOfGNUTar(version: String) throws {
        let scratch = try Scratch()
        try scratch.run(
            """
            i=0; while [ $i -lt 30 ]; do printf "block$i" | dd of=s bs=4096 seek=$((i*16)) conv=notrunc; i=$((i+1)); done
            truncate -s 3000001 s; printf after > t
            """)
        let format = version == "gnu" ? "--format=gnu" : "--format=pax --sparse-version=\(version)"
        try scratch.run("tar \(format) -S -cf out.tar s t")
        let archive = try scratch.read("out.tar")
        let reader = TarReader(read: pieces(of: archive, seed: 1))
        let entry = try #require(try reader.next())
        #expect(text(entry.name) == "s")
        #expect(entry.size == 3_000_001)
        #expect(entry.sparse != nil)
        var content: [UInt8] = []
        while try reader.withContentChunk({ content += $0 }) {}
        #expect(content == (try scratch.read("s")))
        #expect(try reader.next().map { text($0.name) } == "t")
        #expect(try reader.next() == nil)
    }

    @Test(.enabled(if: hasGNUTar && has("setfattr")))
    func readsExtendedAttributesOfGNUTar() throws {
        let scratch = try Scratch()
        let status = try scratch.run("printf x > a && setfattr -n user.test -v 0x0001ff0a a")
        guard status == 0 else { return }
        try scratch.run("tar --xattrs --format=pax -cf out.tar a")
        let entry = try readAll(try scratch.read("out.tar"))[0].entry
        #expect(entry.xattrs.map { text($0.name) } == ["user.test"])
        #expect(entry.xattrs[0].value == [0, 1, 0xff, 0x0a])
    }

    @Test(.enabled(if: hasBSDTar), arguments: ["pax", "ustar", "gnutar"])
    func readsBSDTar(format: String) throws {
        let scratch = try Scratch()
        try scratch.run(Self.tree)
        try scratch.run("bsdtar --format=\(format) -cf out.tar tree")
        #expect(try readAll(try scratch.read("out.tar")).contains { text($0.content) == "deep" })
    }

    @Test(.enabled(if: hasPython), arguments: ["USTAR", "GNU", "PAX"])
    func readsPython(format: String) throws {
        let scratch = try Scratch()
        try scratch.run(
            """
            python3 - <<'END'
            import io, tarfile
            with tarfile.open("out.tar", "w", format=tarfile.\(format)_FORMAT) as t:
                for name, size in (("a", 5), ("d/" + "x" * 90 + "/" + "y" * 90, 700)):
                    i = tarfile.TarInfo(name); i.size = size; i.mtime = 12; i.uid = 77
                    t.addfile(i, io.BytesIO(b"q" * size))
                i = tarfile.TarInfo("dev"); i.type = tarfile.CHRTYPE; i.devmajor = 1; i.devminor = 9
                t.addfile(i)
            END
            """)
        let samples = try readAll(try scratch.read("out.tar"))
        #expect(samples.map(\.content.count) == [5, 700, 0])
        #expect(samples[1].entry.name.count == 183)
        #expect(samples[0].entry.uid == 77)
        #expect(samples[2].entry.kind == .characterDevice)
        #expect(samples[2].entry.deviceMinor == 9)
    }

    /// An archive with all features of the writer, for other readers.
    private func ours() throws -> [UInt8] {
        var file = Sample("dir/file", content: Array("content".utf8))
        file.entry.modification = (1_234_567_890, 125_000_000)
        file.entry.xattrs = [(Array("user.key".utf8), Array("value".utf8))]
        var link = Sample("dir/soft", .symlink)
        link.entry.linkTarget = Array(repeating: 0x74, count: 150)
        var hard = Sample("dir/hard", .hardLink)
        hard.entry.linkTarget = Array("dir/file".utf8)
        var owned = Sample("dir/owned")
        owned.entry.uid = 4_000_000_000
        let long = Sample("dir/" + Array(repeating: "component", count: 30).joined(separator: "/"), content: [0x6c])
        return try write([
            Sample("dir/", .directory), file, link, hard, owned, long, Sample("dir/ünï", content: [0x75]),
        ])
    }

    @Test(.enabled(if: hasGNUTar)) func gnuTarReadsOurs() throws {
        let scratch = try Scratch()
        try scratch.write(try ours(), to: "ours.tar")
        let status = try scratch.run(
            """
            tar --no-same-owner -xf ours.tar && [ "$(cat dir/file)" = content ] &&
            [ "$(stat -c %.Y dir/file)" = 1234567890.125000000 ] && [ dir/hard -ef dir/file ] &&
            [ "$(readlink dir/soft | wc -c)" = 151 ] && [ "$(cat dir/ünï)" = u ] &&
            [ "$(find dir -path '*component*' -type f -exec cat {} +)" = l ] &&
            tar --numeric-owner -tvf ours.tar | grep -q 4000000000/0 && [ ! -s errors ]
            """)
        let errors = text(try scratch.read("errors"))
        #expect(status == 0, "\(errors)")
    }

    @Test(.enabled(if: hasPython)) func pythonReadsOurs() throws {
        let scratch = try Scratch()
        try scratch.write(try ours(), to: "ours.tar")
        let status = try scratch.run(
            """
            python3 - <<'END'
            import tarfile
            t = tarfile.open("ours.tar")
            m = {i.name: i for i in t.getmembers()}
            assert len(m) == 7, m
            assert t.extractfile("dir/file").read() == b"content"
            assert m["dir/file"].mtime == 1234567890.125
            assert m["dir/file"].pax_headers["SCHILY.xattr.user.key"] == "value"
            assert m["dir/hard"].islnk() and m["dir/hard"].linkname == "dir/file"
            assert m["dir/owned"].uid == 4000000000
            assert m["dir/soft"].linkname == "t" * 150
            END
            """)
        let errors = text(try scratch.read("errors"))
        #expect(status == 0, "\(errors)")
    }
}

import Glibc
import LinuxSystem
import Testing

@testable import SoftwareInventory

@Suite struct LanguageTests {
    let root: ScannedRoot

    init() throws { root = try ScannedRoot() }

    @Test func findsPythonDistributions() throws {
        let place = "usr/lib/python3/dist-packages"
        try root.write(
            "\(place)/Foo_Bar-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: Foo_Bar\nVersion: 1.0\nLicense: MIT\n\nName: wrong\nVersion: 9\n")
        try root.write("\(place)/egg-2.egg-info/PKG-INFO", "Name: egg\r\nVersion: 2\r\n")
        try root.write("\(place)/single-3.egg-info", "Name: single\nVersion: 3\n")
        try root.write("\(place)/METADATA", "Name: none\nVersion: 4\n")
        #expect(try root.found() == ["pypi Foo_Bar 1.0", "pypi egg 2", "pypi single 3"])
        #expect(
            PackageURL.text(of: try #require(root.scan().packages.first), in: OperatingSystemRelease())
                == "pkg:pypi/foo-bar@1.0")
    }

    /// The form in which PEP 503 compares names.
    @Test(arguments: [("Foo_Bar", "foo-bar"), ("lazr.uri", "lazr-uri"), ("a-_.B", "a-b"), ("x", "x")])
    func namesOfPyPIAreNormalized(_ name: String, _ expected: String) {
        let package = SoftwarePackage(.python, name: name, version: "1", at: FileLocation("a"))
        #expect(PackageURL.text(of: package, in: OperatingSystemRelease()) == "pkg:pypi/\(expected)@1")
    }

    @Test func findsNodePackagesAndLocks() throws {
        try root.write("app/package.json", #"{"name":"app","version":"1"}"#)
        try root.write("app/node_modules/a/package.json", #"{"name":"a","version":"1.0.0","license":"ISC"}"#)
        try root.write("app/node_modules/@s/b/package.json", #"{"name":"@s/b","version":"2.0.0"}"#)
        try root.write("app/node_modules/a/lib/package.json", #"{"type":"module"}"#)
        try root.write(
            "app/package-lock.json",
            #"{"lockfileVersion":3,"packages":{"":{"name":"app"},"node_modules/c":{"version":"3.0.0"}}}"#)
        try root.write(
            "old/package-lock.json",
            #"{"dependencies":{"d":{"version":"4.0.0","dependencies":{"e":{"version":"5.0.0"}}}}}"#)
        #expect(try root.found() == ["npm @s/b 2.0.0", "npm a 1.0.0", "npm c 3.0.0", "npm d 4.0.0", "npm e 5.0.0"])
        let scoped = try #require(root.scan().packages.first)
        #expect(PackageURL.text(of: scoped, in: OperatingSystemRelease()) == "pkg:npm/%40s/b@2.0.0")
    }

    @Test func findsLockedPackagesOfCargoAndSwift() throws {
        try root.write("src/Cargo.lock", "version = 3\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.200\"\n")
        try root.write(
            "src/Package.resolved",
            #"{"pins":[{"identity":"swift-nio","kind":"remoteSourceControl","location":"https://github.com/apple/swift-nio.git","state":{"revision":"abc","version":"2.1.0"}}],"version":2}"#
        )
        try root.write(
            "old/Package.resolved",
            #"{"object":{"pins":[{"package":"x","repositoryURL":"git@github.com:o/x.git","state":{"branch":"main"}}]}}"#
        )
        #expect(
            try root.found() == [
                "cargo serde 1.0.200", "swift github.com/apple/swift-nio 2.1.0", "swift github.com/o/x main",
            ])
    }

    @Test func findsModulesInPrograms() throws {
        let marks = [UInt8](repeating: 0x30, count: 16)
        let modules =
            marks
            + Array("path\texample.org/a\nmod\texample.org/a\t(devel)\t\ndep\texample.org/b\tv1.0.0\th1:x=\n".utf8)
            + Array("dep\texample.org/c\tv1.1.0\n=>\texample.org/d\tv2.0.0\th1:y=\n".utf8) + marks
        let version = Array("go1.22.1".utf8)
        let section =
            [0xFF] + Array(" Go buildinf:".utf8) + [8, 2] + [UInt8](repeating: 0, count: 16) + [UInt8(version.count)]
            + version + [UInt8(modules.count & 0x7F | 0x80), UInt8(modules.count >> 7)] + modules
        try root.write("usr/bin/tool", ELFFixture.file([".go.buildinfo": section]), mode: 0o755)
        #expect(
            try root.found() == [
                "golang example.org/a ", "golang example.org/b v1.0.0", "golang example.org/d v2.0.0",
                "golang stdlib 1.22.1",
            ])
    }

    @Test func findsCratesInAuditablePrograms() throws {
        // zlib's stream of {"packages":[{"name":"libc","version":"0.2.1"},{"name":"cc","version":"1","kind":"build"}]}
        let section: [UInt8] = ELFFixture.crates
        try root.write("usr/bin/tool", ELFFixture.file([".dep-v0": section]), mode: 0o755)
        #expect(try root.found() == ["cargo libc 0.2.1"])
    }

    @Test func aDamagedDescriptionIsAWarning() throws {
        try root.write("app/node_modules/a/package.json", "{")
        try root.write("app/Cargo.lock", "[[")
        let scan = try root.scan()
        #expect(scan.packages.isEmpty)
        #expect(scan.warnings.count == 2)
        #expect(scan.warnings.first?.hasPrefix("/app/Cargo.lock: not valid TOML: line 1") == true)
    }

    @Test func everyPrefixOfAProgramIsHarmless() throws {
        let file = ELFFixture.file([
            ".dep-v0": ELFFixture.crates, ".go.buildinfo": [0xFF] + Array(" Go buildinf:".utf8),
        ])
        for length in stride(from: 0, to: file.count, by: 31) {
            try root.write("tool", Array(file.prefix(length)) + [UInt8](repeating: 0xFF, count: 1100), mode: 0o755)
            _ = try root.scan()
        }
    }

    @Test func linksAreNotFollowedOutOfTheRoot() throws {
        let outside = try ScannedRoot()
        try outside.write("status", "Package: host\nStatus: install ok installed\nVersion: 1\n")
        try outside.write("node_modules/h/package.json", #"{"name":"h","version":"1"}"#)
        try Files.makeDirectories("\(root.path)/var/lib/dpkg", mode: 0o755)
        try Files.symlink(target: "\(outside.path)/status", at: "\(root.path)/var/lib/dpkg/status")
        try Files.symlink(target: "\(outside.path)/node_modules", at: "\(root.path)/node_modules")
        #expect(try root.found() == [])
    }

    @Test func namesAreBytes() throws {
        let name: [UInt8] = Array("\(root.path)/".utf8) + [0xFF, 0x0A]
        try (name.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { path in
            try Files.makeDirectory(try #require(path.baseAddress))
            let directory = try OwnedFD.open(try #require(path.baseAddress), O_RDONLY)
            let file = try OwnedFD.open(at: directory.raw, "Cargo.lock", O_WRONLY | O_CREAT, mode: 0o644)
            try file.writeAll(Array("[[package]]\nname = \"x\"\nversion = \"1\"\n".utf8))
        }
        #expect(try root.scan().packages.map(\.location.description) == ["/\\xff\\x0a/Cargo.lock"])
    }
}

/// Small ELF files.
enum ELFFixture {
    static func file(_ sections: [String: [UInt8]]) -> [UInt8] {
        func little(_ number: Int, _ width: Int) -> [UInt8] { (0..<width).map { UInt8(number >> ($0 * 8) & 0xFF) } }
        var names: [UInt8] = [0]
        var data: [UInt8] = []
        var headers = [UInt8](repeating: 0, count: 64)
        func add(_ name: String, _ content: (inout [UInt8]) -> [UInt8]) {
            let place = names.count
            names += Array(name.utf8) + [0]
            let bytes = content(&names)
            headers += little(place, 4) + little(1, 4) + [UInt8](repeating: 0, count: 16) + little(64 + data.count, 8)
            headers += little(bytes.count, 8) + [UInt8](repeating: 0, count: 24)
            data += bytes
        }
        for (name, content) in sections.sorted(by: { $0.key < $1.key }) { add(name) { _ in content } }
        add(".shstrtab") { $0 }
        let count = sections.count + 2
        var header = ELFSections.magic + [2, 1, 1] + [UInt8](repeating: 0, count: 33)
        header += little(64 + data.count, 8) + [UInt8](repeating: 0, count: 10) + little(64, 2) + little(count, 2)
        header += little(count - 1, 2)
        return header + data + headers + [UInt8](repeating: 0, count: 1024)
    }

    static let crates: [UInt8] = [
        0x78, 0xDA, 0xAB, 0x56, 0x2A, 0x48, 0x4C, 0xCE, 0x4E, 0x4C, 0x4F, 0x2D, 0x56, 0xB2, 0x8A, 0xAE,
        0x56, 0xCA, 0x4B, 0xCC, 0x4D, 0x55, 0xB2, 0x52, 0xCA, 0xC9, 0x4C, 0x4A, 0x56, 0xD2, 0x51, 0x2A,
        0x4B, 0x2D, 0x2A, 0xCE, 0xCC, 0xCF, 0x03, 0x0A, 0x18, 0xE8, 0x19, 0xE9, 0x19, 0x2A, 0xD5, 0xEA,
        0xC0, 0x55, 0x24, 0xA3, 0xCA, 0x1B, 0x02, 0x79, 0xD9, 0x99, 0x79, 0x29, 0x40, 0x66, 0x52, 0x69,
        0x66, 0x4E, 0x8A, 0x52, 0x6D, 0x6C, 0x2D, 0x00, 0x2A, 0x0C, 0x1C, 0x5C,
    ]
}

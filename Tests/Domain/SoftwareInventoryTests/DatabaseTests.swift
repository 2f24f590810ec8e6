import Glibc
import LinuxSystem
import Testing

@testable import SoftwareInventory

/// Databases of distributions, made by their own tools where they are here.
@Suite struct DatabaseTests {
    let root: ScannedRoot

    init() throws { root = try ScannedRoot() }

    private static let hasDpkg = access("/usr/bin/dpkg-deb", X_OK) == 0

    private func run(_ command: String...) throws {
        let result = try ChildProcess.run(command, captureOutput: true)
        try #require(result.status == 0, "\(String(decoding: result.errors, as: UTF8.self))")
    }

    @Test(.enabled(if: hasDpkg)) func findsWhatDpkgInstalled() throws {
        let scratch = try ScannedRoot()
        for (name, more) in [("fixture-one", "Source: fixture (0.9)\n"), ("fixture-two", "")] {
            try scratch.write(
                "\(name)/DEBIAN/control",
                "Package: \(name)\nVersion: 1:2.0-1\nArchitecture: all\nMaintainer: M <m@example.org>\n\(more)"
                    + "Description: text\n Version: 9\n")
            try run("dpkg-deb", "--build", "\(scratch.path)/\(name)", "\(scratch.path)/\(name).deb")
            try Files.makeDirectories("\(root.path)/var/lib/dpkg/updates", mode: 0o755)
            try Files.makeDirectories("\(root.path)/var/lib/dpkg/info", mode: 0o755)
            if !Files.exists("\(root.path)/var/lib/dpkg/status") { try root.write("var/lib/dpkg/status", "") }
            try run(
                "dpkg", "--root=\(root.path)", "--force-not-root", "--force-bad-path", "--log=/dev/null", "--install",
                "\(scratch.path)/\(name).deb")
        }
        try run(
            "dpkg", "--root=\(root.path)", "--force-not-root", "--force-bad-path", "--log=/dev/null", "--remove",
            "fixture-two")
        try root.write("etc/os-release", "ID=debian\nVERSION_ID=\"13\"\n")
        let scan = try root.scan()
        #expect(scan.packages.map(\.name) == ["fixture-one"])
        let package = try #require(scan.packages.first)
        #expect(package.source == "fixture@0.9")
        #expect(
            PackageURL.text(of: package, in: scan.system)
                == "pkg:deb/debian/fixture-one@1:2.0-1?arch=all&distro=debian-13&upstream=fixture%400.9")
    }

    @Test func findsPackagesOfImagesWithoutDpkg() throws {
        try root.write("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12\nArchitecture: amd64\n")
        try root.write("var/lib/dpkg/status.d/base.md5sums", "Package: wrong\nVersion: 1\n")
        #expect(try root.found() == ["deb base-files 12"])
    }

    @Test func doesNotListRemovedPackages() throws {
        try root.write(
            "var/lib/dpkg/status",
            "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: b\nStatus: install ok installed\n"
                + "Version: 2\n\nPackage: c\nVersion: 3\n")
        #expect(try root.found() == ["deb b 2"])
    }

    @Test func findsApkPackagesBehindAMergedDirectory() throws {
        try root.write(
            "usr/lib/apk/db/installed",
            "C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\no:musl\nm:T <t@example.org>\nF:lib\nR:ld-musl-x86_64.so.1\n"
                + "\nP:libcrypto3\nV:3.3.0-r2\nA:x86_64\nL:Apache-2.0\no:openssl\n\n")
        try Files.symlink(target: "usr/lib", at: "\(root.path)/lib")
        #expect(try root.found() == ["apk libcrypto3 3.3.0-r2", "apk musl 1.2.5-r0"])
        #expect(try root.scan().packages.map(\.source) == ["openssl", nil])
    }

    @Test func readsTheDatabaseOfRPM() throws {
        try root.write("var/lib/rpm/rpmdb.sqlite", RPMDatabaseFixture.content())
        try root.write("etc/os-release", "ID=fedora\nVERSION_ID=42\n")
        let scan = try root.scan()
        #expect(
            scan.packages.map { PackageURL.text(of: $0, in: scan.system) } == [
                "pkg:rpm/fedora/hello-fixture@1.2-3?arch=noarch&distro=fedora-42&epoch=1"
                    + "&upstream=hello-fixture-1.2-3.src.rpm",
                "pkg:rpm/fedora/world-fixture@1.2-3?arch=noarch&distro=fedora-42&upstream=world-fixture-1.2-3.src.rpm",
            ])
        #expect(scan.packages.map(\.license) == ["MIT", "MIT"])
    }

    @Test func readsHeadersFromTheOtherFormatOfRPM() throws {
        let blobs = try SQLiteFile(RPMDatabaseFixture.content(), log: []).rows(ofTable: "Packages").compactMap(\.last)
        func little(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(number >> ($0 * 8) & 0xFF) } }
        var slots =
            Array("RpmP".utf8) + little(0) + little(1) + little(1) + little(3) + [UInt8](repeating: 0, count: 12)
        var data: [UInt8] = []
        for (index, blob) in blobs.enumerated() {
            slots += Array("Slot".utf8) + little(index + 1) + little((4096 + data.count) / 16) + little(1)
            data += Array("BlbS".utf8) + little(index + 1) + little(1) + little(blob.count) + blob
            data += [UInt8](repeating: 0, count: 16 - data.count % 16)
        }
        while slots.count < 4096 { slots += Array("Slot".utf8) + [UInt8](repeating: 0, count: 12) }
        try root.write("usr/lib/sysimage/rpm/Packages.db", slots + data)
        #expect(try root.found() == ["rpm hello-fixture 1.2-3", "rpm world-fixture 1.2-3"])
    }

    @Test func refusesBerkeleyDBByName() throws {
        try root.write("var/lib/rpm/Packages", "old")
        #expect(throws: InventoryError.self) { try root.scan() }
        let error = #expect(throws: InventoryError.self) { try root.scan() }
        #expect(error?.description.hasPrefix("/var/lib/rpm/Packages: RPM databases in Berkeley DB") == true)
    }

    /// Whatever bytes change: an error or other packages, never a crash.
    @Test func survivesDamagedDatabases() throws {
        let content = try RPMDatabaseFixture.content()
        for length in [0, 16, 19, 99, 100, 4096, 5000, content.count - 1] {
            _ = try? SQLiteFile(Array(content.prefix(length)), log: []).rows(ofTable: "Packages")
        }
        var state: UInt64 = 42
        for _ in 0..<400 {
            var damaged = content
            for _ in 0..<8 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                // Mostly in the headers of pages, where it matters.
                let page = Int(state >> 33) % (content.count / 4096)
                damaged[page * 4096 + Int(state >> 20 & 0x3F)] = UInt8(truncatingIfNeeded: state >> 40)
            }
            _ = try? SQLiteFile(damaged, log: damaged).rows(ofTable: "Packages").compactMap(\.last)
                .map { try RPMHeader($0).text(.name) }
        }
    }
}

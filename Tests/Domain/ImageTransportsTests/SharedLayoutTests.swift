import ImageModel
import LinuxSystem
import Testing

@testable import ImageTransports

private let isUmociInstalled = Files.exists("/usr/bin/umoci")

/// Layouts shared by several writers and with other tools.
@Suite struct SharedLayoutTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func concurrentWritersLoseNoImage() async throws {
        let path = directory.file("layout")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<12 {
                group.addTask {
                    let reference = try OCILayoutReference(path: path, name: "v\(number)")
                    try SampleImage(seed: number % 3).write(to: OCILayoutDestination(reference, synchronizes: false))
                }
            }
            try await group.waitForAll()
        }
        #expect(try OCILayoutSource.images(inLayoutAt: path).count == 12)
        for number in 0..<12 {
            let source = try OCILayoutSource(OCILayoutReference(path: path, name: "v\(number)"))
            #expect(try SampleImage(seed: number % 3).isIdentical(to: source))
        }
        // Three configurations, manifests and pairs of layers, the marker and the index; nothing temporary.
        #expect(try directory.names().count == 3 * 4 + 2)
    }

    @Test(.enabled(if: isUmociInstalled)) func umociSharesALayout() throws {
        let path = directory.file("layout")
        let image = try SampleImage()
        try image.write(to: try OCILayoutDestination(OCILayoutReference(path: path, name: "ours")))
        try umoci("new", "--image", "\(path):theirs")
        try image.write(to: try OCILayoutDestination(OCILayoutReference(path: path, name: "more")))
        #expect(try umoci("list", "--layout", path).split(separator: "\n").sorted() == ["more", "ours", "theirs"])
        try umoci("gc", "--layout", path)
        #expect(try image.isIdentical(to: OCILayoutSource(OCILayoutReference(path: path, name: "ours"))))
        let theirs = try OCILayoutSource(OCILayoutReference(path: path, name: "theirs"))
        #expect(try theirs.manifest(nil).decodeManifest().layers.isEmpty)
    }

    @discardableResult
    private func umoci(_ arguments: String...) throws -> String {
        let result = try ChildProcess.run(["/usr/bin/umoci"] + arguments, captureOutput: true)
        #expect(result.status == 0, "\(arguments): \(String(decoding: result.errors, as: UTF8.self))")
        return String(decoding: result.output, as: UTF8.self)
    }
}

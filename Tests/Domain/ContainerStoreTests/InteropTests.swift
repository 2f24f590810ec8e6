import ContentDigest
import Glibc
import JSONText
import LinuxSystem
import StreamCompression
import Synchronization
import Testing

@testable import ContainerStore

/// The same store seen by the real Podman and Buildah, as root; as an ordinary user the end-to-end tests do it.
@Suite(
    .serialized,
    .enabled(
        if: TestStore.canMountOverlay && Tools.areInstalled, "needs root, podman, buildah, runc and a static busybox"))
struct InteropTests {
    let test: TestStore
    let tools: Tools
    var store: ContainerStore { test.store }

    init() throws {
        test = try TestStore("overlay")
        tools = Tools(test)
    }

    private func addBusybox() throws -> ImageRecord {
        let layer = try TestImage.addLayer(
            store, parent: nil, [.init(name: "busybox", content: try Files.readFile(Tools.busybox), mode: 0o755)])
        return try TestImage.add(store, name: "localhost/box:latest", topLayer: layer.id)
    }

    @Test("Podman and Buildah list, run, extend, push and remove images of this store")
    func ours() throws {
        let box = try addBusybox()
        let top = try TestImage.addLayer(
            store, parent: box.topLayer, [.init(name: "marker", content: Array("hello".utf8))])
        let image = try TestImage.add(store, name: "localhost/ours:latest", topLayer: top.id)
        #expect(try tools.podman("images", "--no-trunc", "-q", "ours") == "sha256:\(image.id)")
        #expect(
            try tools.podman(
                "run", "--rm", "--network", "host", "--ulimit", "nofile=256:256", "--ulimit", "nproc=256:256", "ours",
                "/busybox", "cat", "/marker") == "hello")
        try tools.podman("push", "-q", "ours", "oci:\(test.directory)/layout:x")
        try tools.buildah("from", "--name", "work", "ours")
        try tools.buildah("run", "--isolation", "chroot", "work", "/busybox", "rm", "/marker")
        try tools.buildah("commit", "-q", "work", "theirs")
        try tools.buildah("rm", "work")
        let theirs = try #require(try store.image("theirs"))
        #expect(try store.layerChain(try #require(theirs.topLayer)).dropFirst().first?.id == top.id)
        try tools.podman("rmi", "-f", "theirs", "ours")
        #expect(try store.images().map(\.id) == [box.id])
        #expect(try store.layers().count == 1)
        #expect(try store.check() == [])
    }

    @Test("this store lists, reads, mounts and removes Buildah's images")
    func theirs() throws {
        try Files.replaceFile(
            "\(test.directory)/Dockerfile",
            with: Array("FROM scratch\nADD busybox /bin/\nRUN [\"/bin/busybox\", \"touch\", \"/x\"]\nLABEL a=b\n".utf8))
        try Files.replaceFile("\(test.directory)/busybox", with: Files.readFile(Tools.busybox), mode: 0o755)
        try tools.buildah("bud", "-q", "--isolation", "chroot", "--layers", "-t", "made", test.directory)
        let image = try #require(try store.image("made"))
        #expect(try store.images().count == 3)
        #expect(image.names == ["localhost/made:latest"])
        let chain = try store.layerChain(try #require(image.topLayer))
        #expect(chain.count == 2)
        for layer in chain {
            let digester = SHA256Stream()
            try store.tarStream(of: layer.id)?.copy(to: ClosureSink { digester.update($0) })
            #expect(digester.finalize() == layer.diffID)
        }
        let path = try store.mountLayer(chain[0].id, readOnly: true)
        #expect(Files.exists("\(path)/x") && Files.exists("\(path)/bin/busybox"))
        #expect(try tools.podman("images", "-q", "made") == String(image.id.prefix(12)))
        try store.unmountLayer(chain[0].id)
        try tools.buildah("from", "--name", "work", "made")
        let container = try #require(try store.container("work"))
        #expect(
            try JSONValue(parsing: try store.file(container: container.id, "buildah.json") ?? [])["image-id"] != nil)
        #expect(throws: StoreError.self) { try store.deleteImage(image.id) }
        try store.deleteContainer(container.id)
        for image in try store.images() { try store.deleteImage(image.id) }
        #expect(try tools.podman("images", "-q") == "")
        #expect(try tools.buildah("containers", "-q") == "")
        #expect(try store.check() == [])
        #expect(try store.layers().isEmpty)
    }

    @Test("concurrent writers lose no records")
    func concurrency() throws {
        let box = try addBusybox()
        let count = 8
        let failures = Mutex<[String]>([])
        let tools = tools
        let other = try test.another()
        func thread(_ name: String, _ body: @escaping @Sendable (Int) throws -> Void) throws -> PlainThread {
            try PlainThread {
                for number in 0..<count {
                    do { try body(number) } catch { failures.withLock { $0.append("\(name) \(number): \(error)") } }
                }
            }
        }
        let threads = [
            try thread("tag") { try tools.podman("tag", "box", "localhost/tag:\($0)") },
            try thread("from") { try tools.buildah("from", "--name", "theirs\($0)", "box") },
            try thread("make") { number in
                let layer = try TestStore.addLayer(other, parent: box.topLayer, file: "f", content: "\(number)")
                let image = try TestImage.add(other, name: "localhost/ours:\(number)", topLayer: layer.id)
                _ = try other.createContainer(
                    ContainerRequest(names: ["ours\(number)"], image: image.id, baseLayer: layer.id))
                let doomed = try TestStore.addImage(other, names: [], layer: layer.id, text: "\(number)")
                try other.deleteImage(doomed.id)
            },
        ]
        for thread in threads { thread.join() }
        #expect(failures.withLock { $0 } == [])
        let names = Set(try store.images().flatMap(\.names))
        let containers = Set(try store.containers().flatMap(\.names))
        for number in 0..<count {
            #expect(names.isSuperset(of: ["localhost/tag:\(number)", "localhost/ours:\(number)"]))
            #expect(containers.isSuperset(of: ["ours\(number)", "theirs\(number)"]))
        }
        #expect(try store.check() == [])
    }
}

/// The real tools on a test's store.
struct Tools: Sendable {
    static let busybox = Files.exists("/bin/busybox") ? "/bin/busybox" : "/usr/bin/busybox"
    static let areInstalled = ["/usr/bin/podman", "/usr/bin/buildah", busybox].allSatisfy { path in
        path.withCString { Files.exists($0) }
    }

    private let options: [String]

    init(_ test: TestStore) {
        let layout = test.store.layout
        options = ["--root", layout.graphRoot, "--runroot", layout.runRoot, "--storage-driver", layout.driver]
    }

    @discardableResult
    func podman(_ arguments: String...) throws -> String {
        let runtime = Files.exists("/usr/sbin/runc") || Files.exists("/usr/bin/runc") ? ["--runtime", "runc"] : []
        return try run(["podman"] + options + runtime + arguments)
    }

    @discardableResult
    func buildah(_ arguments: String...) throws -> String {
        try run(["buildah"] + options + arguments)
    }

    private func run(_ arguments: [String]) throws -> String {
        let result = try ChildProcess.run(arguments, captureOutput: true)
        guard result.status == 0 else {
            throw Failure(description: "\(arguments): \(String(decoding: result.errors, as: UTF8.self))")
        }
        let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
        return lines.joined(separator: "\n")
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}

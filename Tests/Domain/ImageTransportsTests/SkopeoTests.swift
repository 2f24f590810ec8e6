import ImageModel
import LinuxSystem
import Testing

@testable import ImageTransports

private let isSkopeoInstalled = Files.exists("/usr/bin/skopeo") && Files.exists("/etc/containers/policy.json")

/// Both directions with the real tool, if installed.
@Suite(.enabled(if: isSkopeoInstalled)) struct SkopeoTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func skopeo(_ arguments: String...) throws {
        let result = try ChildProcess.run(
            ["/usr/bin/skopeo"] + arguments, environment: nil, input: nil, captureOutput: true)
        #expect(result.status == 0, "\(arguments): \(String(decoding: result.errors, as: UTF8.self))")
    }

    @Test func skopeoReadsOurImages() throws {
        let image = try SampleImage()
        let docker = try SampleImage(docker: true)
        try image.write(to: try OCILayoutDestination(OCILayoutReference(path: directory.file("l"), name: "v1")))
        try image.write(to: try OCIArchiveDestination(OCILayoutReference(path: directory.file("l.tar"), name: "v1")))
        try image.write(to: try DirDestination(path: directory.file("d")))
        try docker.write(
            to: try DockerArchiveDestination(DockerArchiveReference(parsing: "\(directory.file("d.tar")):x.io/y:1")))
        for (number, from) in ["oci:l:v1", "oci-archive:l.tar:v1", "dir:d"].enumerated() {
            try skopeo("copy", "-q", "--preserve-digests", local(from), "oci:\(directory.file("out\(number)"))")
            let source = try OCILayoutSource(OCILayoutReference(path: directory.file("out\(number)")))
            #expect(try image.isIdentical(to: source), "\(from)")
        }
        try skopeo("copy", "-q", local("docker-archive:d.tar:x.io/y:1"), "dir:\(directory.file("out"))")
        let config = try DirSource(path: directory.file("out")).readBlob(docker.blobs[0].descriptor)
        #expect(config == docker.blobs[0].bytes)
    }

    @Test func readsSkopeosImages() throws {
        let image = try SampleImage()
        try image.write(to: try OCILayoutDestination(OCILayoutReference(path: directory.file("l"))))
        let from = local("oci:l")
        for to in ["oci:o:v2", "oci-archive:o.tar:v2", "dir:d"] {
            try skopeo("copy", "-q", "--preserve-digests", from, local(to))
        }
        try skopeo("copy", "-q", from, local("docker-archive:d.tar:x.io/y:1"))
        #expect(try image.isIdentical(to: OCILayoutSource(OCILayoutReference(path: directory.file("o"), name: "v2"))))
        #expect(
            try image.isIdentical(to: OCIArchiveSource(OCILayoutReference(path: directory.file("o.tar"), name: "v2"))))
        #expect(try image.isIdentical(to: DirSource(path: directory.file("d"))))
        let docker = try DockerArchiveSource(DockerArchiveReference(parsing: "\(directory.file("d.tar")):x.io/y:1"))
        let manifest = try docker.manifest(nil).decodeManifest()
        #expect(
            manifest.layers.map(\.digest) == (try SampleImage(docker: true)).blobs.dropFirst().map(\.descriptor.digest))
        for layer in manifest.layers { #expect(try docker.readBlob(layer).count == Int(layer.size)) }
    }

    /// `transport:file` with the file in the test's directory.
    private func local(_ text: String) -> String {
        let parts = text.split(separator: ":", maxSplits: 1)
        return "\(parts[0]):\(directory.path)/\(parts[1])"
    }
}

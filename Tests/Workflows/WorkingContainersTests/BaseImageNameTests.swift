import Testing

@testable import WorkingContainers

/// The name of a base image in annotations and history.
@Suite struct BaseImageNameTests {
    private static let digest = "sha256:" + String(repeating: "a", count: 64)

    @Test(arguments: [
        ("busybox", ["localhost/other:1", "docker.io/library/busybox:latest"], "docker.io/library/busybox:latest"),
        ("busybox", ["localhost/other:1", "localhost/busybox:latest"], "localhost/busybox:latest"),
        ("busybox:1", ["localhost/busybox:latest", "localhost/busybox:1"], "localhost/busybox:1"),
        ("x/busybox", ["quay.io/busybox:latest", "quay.io/x/busybox:latest"], "quay.io/x/busybox:latest"),
        ("quay.io/b", ["quay.io/a:latest", "quay.io/b:latest"], "quay.io/b:latest"),
        ("docker://quay.io/b:2", ["quay.io/b:1", "quay.io/b:2"], "quay.io/b:2"),
        ("box@\(digest)", ["quay.io/a:latest", "quay.io/box:1"], "quay.io/box:1"),
        ("box@\(digest)", ["quay.io/a:latest", "quay.io/box@\(digest)"], "quay.io/box@\(digest)"),
        ("0123456789ab", ["quay.io/a:latest", "quay.io/b:1"], "quay.io/a:latest"),
    ])
    func theReferenceDecides(_ reference: String, _ names: [String], _ expected: String) {
        #expect(BaseImageName.chosen(for: reference, among: names) == expected)
    }

    @Test func imagesMayHaveNoName() {
        #expect(BaseImageName.chosen(for: "0123456789ab", among: []) == nil)
    }

    @Test(arguments: ["busybox", "docker-archive", "", String(repeating: "a", count: 64)])
    func onlyNamesWithARegistryAreAnnotated(_ name: String) {
        var annotations = ["org.opencontainers.image.base.name": "quay.io/older"]
        BaseImageName.annotate(&annotations, name: name, digest: "sha256:1")
        #expect(annotations == ["org.opencontainers.image.base.digest": "sha256:1"])
    }
}

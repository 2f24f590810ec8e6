import ImageModel
import Testing

@testable import WorkingContainers

@Suite struct ContainerNameTests {
    @Test(arguments: [
        ("localhost/busybox:latest", "busybox"), ("docker.io/library/alpine:3.20", "alpine"),
        ("quay.io:5000/a/b", "b"), ("x@sha256:0123", "x"), ("", ""),
        ("sha256:" + String(repeating: "a", count: 64), "aaaaaaaaaaaa"),
        (String(repeating: "b", count: 64), "bbbbbbbbbbbb"),
    ])
    func containerNameIsTheLastPartOfTheImagesName(image: String, name: String) {
        #expect(WorkingContainer.shortName(of: image) == name)
    }

    @Test(arguments: [
        ("/a/b", "/", "/a/b"), ("b", "/a", "/a/b"), ("b/", "/a", "/a/b/"), (".", "/a", "/a/"), ("./", "", "/"),
        ("../../x", "/a", "/x"), ("/a/./b/../c/", "/", "/a/c/"), ("/", "/a", "/"),
    ])
    func containerPathsBecomeAbsoluteAndKeepATrailingSlash(
        path: String, directory: String, result: String
    ) {
        #expect(ContainerPath.absolute(path, from: directory) == result)
    }
}

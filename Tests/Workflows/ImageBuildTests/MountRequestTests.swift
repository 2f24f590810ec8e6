import DockerfileSyntax
import Testing

@testable import ImageBuild

@Suite struct MountRequestTests {
    private static func request(_ text: String) throws -> MountRequest {
        try MountRequest(try #require(MountFlag.options(of: text)))
    }

    @Test(arguments: ["private", "rprivate", "shared", "rshared", "slave", "rslave"])
    func propagationModesAreAccepted(mode: String) throws {
        let request = try Self.request("type=bind,target=/m,bind-propagation=\(mode)")
        #expect(request.options == [mode] && request.isWritable == nil)
    }

    @Test(arguments: [
        "bind-propagation=rw", "bind-propagation=suid", "bind-propagation=", "bind-propagation",
        "bind-propagation=exec",
        "bind-propagation=unbindable", "upperdir=/x", "lowerdir=/x", "option=rw", "suid", "dev", "exec",
    ]) func otherOptionsAreRejected(option: String) {
        #expect(throws: BuildError.self) { try Self.request("type=bind,target=/m,\(option)") }
    }
}

import DockerfileSyntax
import Testing

@testable import BuildGraph

@Suite struct RunMountTests {
    private static func request(_ text: String) throws -> RunMount {
        try RunMount(try #require(MountFlag.options(of: text)))
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

    /// As BuildKit's parser has them.
    @Test(arguments: [
        "type=bind,target=/", "type=cache,target=/.", "type=tmpfs,target=/t,mode=700", "type=tmpfs,target=/t,uid=1",
        "type=secret,id=a,source=b", "type=ssh,source=a", "type=cache,target=/c,size=1m", "type=bind,target=/b,mode=1",
    ]) func keysThatDoNotFitAreRejected(text: String) {
        #expect(throws: BuildError.self) { try Self.request(text) }
    }

    @Test func sourceOfASecretIsItsID() throws {
        #expect(try Self.request("type=secret,source=door").id == "door")
        #expect(try Self.request("type=tmpfs,target=/t,ro").isWritable == false)
    }

    @Test func everyOptionIsPartOfTheDescription() throws {
        let texts = [
            "type=bind,target=/t", "type=bind,target=/t,rw", "type=bind,target=/t,ro", "type=bind,target=/u",
            "type=bind,target=/t,source=a,from=b", "type=bind,target=/t,source=b,from=a", "type=tmpfs,target=/t",
            "type=tmpfs,target=/t,size=1m", "type=bind,target=/t,nosuid", "type=cache,target=/t",
            "type=cache,target=/t,uid=1", "type=cache,target=/t,gid=1", "type=cache,target=/t,mode=1",
            "type=cache,target=/t,id=x", "type=secret,target=/t,id=x", "type=secret,target=/t,id=x,env=Y",
            "type=secret,target=/t,id=x,required", "type=cache,target=/t,from=x,source=y",
        ]
        #expect(Set(try texts.map { try Self.request($0).description }).count == texts.count)
    }
}

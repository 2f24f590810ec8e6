import Glibc
import JSONText
import LinuxSystem
import Testing

@testable import ContainerLifecycle

@Suite struct ProcessMarkTests {
    @Test("an identity survives encoding")
    func coding() throws {
        let mark = try ProcessIdentity(getpid())
        let value = try JSONValueEncoder().encode(mark)
        #expect(try JSONValueDecoder().decode(ProcessIdentity.self, from: value) == mark)
    }

    @Test("signal 0 reaches the identified process")
    func alive() throws {
        #expect(try ProcessIdentity(getpid()).send(0))
    }

    @Test("another process with the same number is not signalled")
    func recycled() throws {
        var value = try #require(try JSONValueEncoder().encode(ProcessIdentity(getpid())).object)
        value["startTime"] = 1
        let other = try JSONValueDecoder().decode(ProcessIdentity.self, from: .object(value))
        #expect(try !other.send(SIGKILL))
    }

    @Test(
        "neither is one of another start of the machine or another count of processes",
        arguments: ["boot", "namespace"])
    func elsewhere(_ member: String) throws {
        var value = try #require(try JSONValueEncoder().encode(ProcessIdentity(getpid())).object)
        value[member] = "another"
        let other = try JSONValueDecoder().decode(ProcessIdentity.self, from: .object(value))
        let error = #expect(throws: ContainerError.self) { try other.send(SIGKILL) }
        #expect(error?.code == .unreachable)
    }

    @Test("a missing process has no identity")
    func missing() {
        #expect(throws: LinuxError.self) { try ProcessIdentity(Int32.max) }
    }
}

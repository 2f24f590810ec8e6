import ContainerStore
import ContainersConfig
import Glibc
import LinuxSystem
import Testing

@testable import ContainerLifecycle

@Suite(.enabled(if: geteuid() == 0, "needs root, be it of a user namespace")) struct ManagedContainerTests {
    /// A store that is removed after the test.
    private final class Place {
        let path = "/tmp/lifecycle-\(RandomBytes.hex(6))"
        let store: ContainerStore

        init() throws {
            store = try ContainerStore.open(
                StorageConfig(driver: "vfs", graphRoot: "\(path)/graph", runRoot: "\(path)/run"),
                idMaps: (.identity, .identity), rootless: false)
        }

        deinit { try? Files.removeTree(path) }

        func make(_ name: String?, removesItself: Bool = false) throws -> ManagedContainer {
            var definition = ContainerDefinition()
            definition.command = ["true"]
            definition.removesItself = removesItself
            return try ManagedContainer.create(
                id: RandomBytes.hex(32), name: name, image: nil, definition, in: store)
        }

        /// Records that a container is running, as left by a killed tool.
        func pretendRunning(_ container: ManagedContainer) throws {
            var state = ContainerState()
            state.status = .running
            try store.setFile(
                container: container.id, ManagedContainer.stateFile,
                ManagedContainer.encoded(container.definition, state))
        }
    }

    @Test("a container is found by name, id and id prefix, with its definition")
    func finding() throws {
        let place = try Place()
        let made = try place.make("one")
        for name in ["one", made.id, String(made.id.prefix(10))] {
            let found = try ManagedContainer(name, in: place.store)
            #expect(found.id == made.id)
            #expect(found.definition == made.definition)
            #expect(found.state.status == .created)
        }
        let error = #expect(throws: ContainerError.self) { try ManagedContainer("two", in: place.store) }
        #expect(error?.code == .notFound)
    }

    @Test("names are unique; generated names avoid used ones")
    func names() throws {
        let place = try Place()
        _ = try place.make("one")
        let error = #expect(throws: ContainerError.self) { try place.make("one") }
        #expect(error?.code == .inUse)
        #expect(try place.make(nil).name != place.make(nil).name)
    }

    @Test("other tools' containers are foreign, and not listed")
    func foreign() throws {
        let place = try Place()
        let record = try place.store.createContainer(ContainerRequest(names: ["theirs"], image: nil, baseLayer: nil))
        let error = #expect(throws: ContainerError.self) { try ManagedContainer("theirs", in: place.store) }
        #expect(error?.code == .foreign)
        #expect(try ManagedContainer(record, in: place.store) == nil)
        #expect(try ManagedContainer.all(in: place.store).isEmpty)
    }

    @Test("a container marked as running without a lock has ended")
    func abandoned() throws {
        let place = try Place()
        let made = try place.make("one")
        try place.pretendRunning(made)
        let found = try ManagedContainer("one", in: place.store)
        #expect(found.state.status == .exited)
        #expect(found.state.exitCode == 137)
        #expect(found.state.finishedAt != nil)
    }

    @Test("a locked container is running, and not removed without force")
    func held() throws {
        let place = try Place()
        let made = try place.make("one")
        let lock = try ManagedContainer.openLock(of: made.id, in: place.store)
        #expect(try lock.tryLockExclusive())
        try place.pretendRunning(made)
        var found = try ManagedContainer("one", in: place.store)
        #expect(found.isRunning)
        let error = #expect(throws: ContainerError.self) { try found.remove(isForced: false, in: place.store) }
        #expect(error?.code == .running)
    }

    @Test("the sweep removes ended --rm containers, but none that have not run")
    func sweeping() throws {
        let place = try Place()
        try place.pretendRunning(place.make("ended", removesItself: true))
        try place.pretendRunning(place.make("kept"))
        _ = try place.make("young", removesItself: true)
        try ManagedContainer.sweep(place.store)
        #expect(Set(try ManagedContainer.all(in: place.store).map(\.name)) == ["kept", "young"])
    }

    @Test(
        "a file that makes no sense is an error of its own, and does not hide other containers",
        arguments: ["", "[]", #"{"version":1}"#, #"{"version":1,"definition":{},"state":{"status":"dancing"}}"#])
    func nonsense(_ text: String) throws {
        let place = try Place()
        let made = try place.make("one")
        _ = try place.make("two")
        try place.store.setFile(container: made.id, ManagedContainer.stateFile, Array(text.utf8))
        let error = #expect(throws: ContainerError.self) { try ManagedContainer("one", in: place.store) }
        #expect(error?.code == .invalid)
        #expect(try ManagedContainer.all(in: place.store).map(\.name) == ["two"])
    }
}

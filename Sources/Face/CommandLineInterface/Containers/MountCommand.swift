import CommandLineGrammar
import ContainerStore
import JSONText
import LinuxSystem
import WorkingContainers

/// `mount`: makes containers' files visible to the calling shell.
enum MountCommand: Command {
    static let grammar = CommandGrammar(
        "mount", summary: "Mount a working container's root filesystem", usage: "mount [options] [CONTAINER...]",
        flags: [
            .bool("json", help: "output in JSON format"),
            .bool("notruncate", hidden: true, help: "do not truncate output"),
        ], flagsFirst: true)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        // The mounts must outlive this process: they are made in the caller's own namespace.
        let store = try session.openStore()
        guard try session.enterNamespaces(mounts: false).kind != .entered || !store.driver.holdsChangesOnly else {
            throw CommandError(
                "cannot mount using driver \(store.driver.name) in rootless mode. "
                    + "You need to run it in a `\(session.calledAs) unshare` session")
        }
        let names = arguments.positionals
        var mounted: [(name: String, path: String)] = []
        var failures = FailureList()
        if names.isEmpty {
            for container in try WorkingContainer.all(in: store) {
                if let path = try container.mountPoint(in: store) { mounted.append((container.name, path)) }
            }
        }
        for name in names {
            do {
                var container = try WorkingContainer(name, in: store)
                mounted.append((name, try container.mount(in: store)))
            } catch {
                failures.add(error)
            }
        }
        if arguments.bool("json") {
            let values = mounted.map { ["container": .string($0.name), "mountPoint": .string($0.path)] as JSONValue }
            session.printLine(values.isEmpty ? "null" : JSONValue.array(values).serializedString(pretty: true))
        } else {
            for mount in mounted { session.printLine(names.count == 1 ? mount.path : "\(mount.name) \(mount.path)") }
        }
        try failures.throwLast(session)
        return 0
    }
}

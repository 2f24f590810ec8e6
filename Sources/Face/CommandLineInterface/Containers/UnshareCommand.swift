import CommandLineGrammar
import ContainerStore
import ContainersConfig
import Glibc
import LinuxSystem
import WorkingContainers

/// `unshare`: runs a command, or a shell, as root in the user's own namespace.
enum UnshareCommand: Command {
    static let grammar = CommandGrammar(
        "unshare", summary: "Run a command in a modified user namespace", usage: "unshare [options] [COMMAND [ARG...]]",
        flags: [
            Flag(
                "mount", short: "m", .stringSlice, placeholder: "VARIABLE=CONTAINER",
                help: "mount the specified containers and set variables to their mount points")
        ], interspersed: false)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let entry = try session.enterNamespaces(mounts: true)
        guard entry.kind != .alreadyRoot else { throw CommandError("please use unshare with rootless") }
        var environment = session.environment.environment
        environment["_CONTAINERS_USERNS_CONFIGURED"] = "done"
        environment["_CONTAINERS_ROOTLESS_UID"] = "\(entry.rootlessUID)"
        environment["_CONTAINERS_ROOTLESS_GID"] = "\(entry.rootlessGID)"
        var mounted: [WorkingContainer] = []
        var store: ContainerStore?
        if !arguments.strings("mount").isEmpty { store = try session.openStore(mounts: true) }
        defer {
            if let store {
                for var container in mounted { _ = try? container.unmount(in: store) }
            }
        }
        for text in arguments.strings("mount") {
            guard let store else { break }
            let (name, container) = KeyValueFlag.split(text)
            var found = try WorkingContainer(container ?? name, in: store)
            let path = try found.mount(in: store)
            mounted.append(found)
            if container != nil { environment[name] = path }
        }
        let shell = environment["SHELL"] ?? "/bin/sh"
        return try run(arguments.positionals.isEmpty ? [shell] : arguments.positionals, environment, session)
    }

    private static func run(_ command: [String], _ environment: [String: String], _ session: Session) throws -> Int32 {
        // Keys like Ctrl-C are for the command only. A handler, unlike ignoring, is not inherited by it.
        for number in [SIGINT, SIGQUIT] { signal(number) { _ in } }
        do throws(LinuxError) {
            return try ChildProcess.run(
                command, environment: environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" },
                captureOutput: false
            ).status
        } catch {
            session.printError("Error: \(error)")
            return error.code == ENOENT ? 127 : 126
        }
    }
}

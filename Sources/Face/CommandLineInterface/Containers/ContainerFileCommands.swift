import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import JSONText
import LinuxSystem

/// `container diff`: shows the changes in a container.
enum ContainerDiffCommand: Command {
    static let grammar = CommandGrammar(
        "diff", summary: "Inspect changes to the container's file systems", usage: "diff [options] CONTAINER",
        flags: [.string("format", help: "change the output format (json)"), ContainerTargets.latest])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let format = arguments.string("format")
        guard format == nil || format == "json" else {
            throw CommandError("only supported value for '--format' is 'json'")
        }
        let store = try session.openStore(mounts: true)
        let names = try ContainerTargets.names(arguments, in: store)
        guard names.count == 1 else { throw CommandError("diff accepts exactly one container") }
        let changes = try ManagedContainer(names[0], in: store).changes(in: store)
        if format == nil {
            for change in changes { session.printLine("\(change.kind.rawValue) \(change.path)") }
            return 0
        }
        var value = JSONObject()
        let kinds: [(String, ManagedContainer.Change.Kind)] = [
            ("changed", .changed), ("added", .added), ("deleted", .deleted),
        ]
        for (name, kind) in kinds {
            let paths = changes.filter { $0.kind == kind }.map { JSONValue.string($0.path) }
            if !paths.isEmpty { value[name] = .array(paths) }
        }
        session.printLine(JSONValue.object(value).serializedString(pretty: true))
        return 0
    }
}

/// `container export`: writes a container's files as an archive.
enum ContainerExportCommand: Command {
    static let grammar = CommandGrammar(
        "export", summary: "Export container's filesystem contents as a tar archive",
        usage: "export [options] CONTAINER",
        flags: [.string("output", short: "o", "file", help: "write to a specified file (default: stdout)")],
        arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let file = arguments.string("output")
        if file == nil, StandardStream.output.isTerminal {
            throw CommandError("refusing to export to terminal. Use -o flag or redirect")
        }
        let store = try session.openStore(mounts: true)
        let container = try ManagedContainer(arguments.positionals[0], in: store)
        guard let file else {
            try container.export(to: StandardStream.output.rawValue, in: store)
            return 0
        }
        // The requested name must never refer to a half-written file.
        let draft = "\(file).\(RandomBytes.hex(8))"
        do {
            try OutputFile.with(draft) { try container.export(to: $0, in: store) }
            try Files.rename(draft, file)
        } catch {
            try? Files.removeFile(draft)
            throw error
        }
        return 0
    }
}

/// `container mount`: makes containers' files visible to the calling shell.
enum ContainerMountCommand: Command {
    static let grammar = CommandGrammar(
        "mount", summary: "Mount a container's root filesystem", usage: "mount [options] [CONTAINER...]",
        flags: [
            ContainerTargets.all, ContainerTargets.latest,
            .string("format", help: "print the mounted containers in specified format (json)"),
            .bool("no-trunc", aliases: ["notruncate"], help: "do not truncate output"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let format = arguments.string("format")
        guard format == nil || format == "json" else {
            throw CommandError("unknown --format argument: \"\(format ?? "")\"")
        }
        // The mounts must outlive this process: they are made in the caller's own namespace.
        let store = try session.openStore()
        guard try session.enterNamespaces(mounts: false).kind != .entered || !store.driver.holdsChangesOnly else {
            throw CommandError(
                "cannot run command \"\(session.calledAs) mount\" in rootless mode, must execute "
                    + "`\(session.calledAs) unshare` first")
        }
        let lists = arguments.positionals.isEmpty && !arguments.bool("all") && !arguments.bool("latest")
        if lists { return try list(format, whole: arguments.bool("no-trunc"), store, session) }
        let names = try ContainerTargets.names(arguments, in: store)
        return ContainerTargets.forEach(names, store, session) { container in
            let path = try container.mount(in: store)
            session.printLine(names.count == 1 ? path : "\(container.id) \(path)")
        }
    }

    private static func list(_ format: String?, whole: Bool, _ store: ContainerStore, _ session: Session) throws
        -> Int32
    {
        let mounted = try ManagedContainer.all(in: store).compactMap { container in
            try container.mountPoint(in: store).map { (container, $0) }
        }
        if format == "json" {
            let values = mounted.map { container, path in
                [
                    "id": .string(container.id), "Names": .array([.string(container.name)]),
                    "mountpoint": .string(path),
                ] as JSONValue
            }
            session.printLine(JSONValue.array(values).serializedString(pretty: true))
        } else {
            for (container, path) in mounted {
                session.printLine("\(whole ? container.id : String(container.id.prefix(12))) \(path)")
            }
        }
        return 0
    }
}

/// `container umount`.
enum ContainerUnmountCommand: Command {
    static let grammar = CommandGrammar(
        "umount", aliases: ["unmount"], summary: "Unmount the working container's root filesystem",
        usage: "umount [options] CONTAINER [CONTAINER...]",
        flags: [
            ContainerTargets.all, ContainerTargets.latest,
            .bool("force", short: "f", help: "force the complete umount of all of the currently mounted containers"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        let names = try ContainerTargets.names(arguments, in: store)
        return ContainerTargets.forEach(names, store, session) { container in
            guard try container.unmount(isForced: arguments.bool("force"), in: store) else {
                if arguments.bool("all") { return }
                throw CommandError("container \(container.id) is not mounted")
            }
            session.printLine(arguments.positionals.first { $0 == container.name } ?? container.id)
        }
    }
}

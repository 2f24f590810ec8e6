import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import JSONText
import LinuxSystem
import OutputTemplates

extension Face {
    /// `volume ...`.
    static var volumeGroup: CommandNode {
        .group(
            "volume", summary: "Manage volumes",
            [
                .command(VolumeCreateCommand.self), .command(VolumeExistsCommand.self),
                .command(VolumeInspectCommand.self), .command(VolumeListCommand.self),
                .command(VolumePruneCommand.self), .command(VolumeRemoveCommand.self),
                .refused("mount", "its files are at its Mountpoint: see volume inspect"),
                .refused("unmount", "volumes are not mounted"), .refused("reload", "there are no volume plugins"),
                .refused("export", "use tar -C \"$(... volume inspect --format '{{.Mountpoint}}' NAME)\" -c ."),
                .refused("import", "use tar -C \"$(... volume inspect --format '{{.Mountpoint}}' NAME)\" -x"),
            ])
    }
}

/// `volume create`.
enum VolumeCreateCommand: Command {
    static let grammar = CommandGrammar(
        "create", summary: "Create a new volume", usage: "create [options] [NAME]",
        flags: [
            Flag("label", short: "l", .stringArray, help: "set metadata for a volume"),
            .string("driver", short: "d", default: "local", help: "specify volume driver name: local"),
            Flag("opt", short: "o", .stringArray, hidden: true, help: "driver options, of which there are none"),
            .bool("ignore", help: "don't fail if volume already exists"),
        ], arguments: .atMost(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        if let driver = arguments.string("driver"), driver != "local" {
            throw CommandError("volume driver \(driver) is not supported: use local")
        }
        if let option = arguments.strings("opt").first {
            throw CommandError("volume option \(option) is not supported: volumes are directories")
        }
        var labels: [String: String] = [:]
        for text in arguments.strings("label") {
            let (key, value) = KeyValueFlag.split(text)
            labels[key] = value ?? ""
        }
        let volumes = VolumeStore(try session.openStore())
        let name = arguments.positionals.first ?? RandomBytes.hex(32)
        if arguments.bool("ignore"), let volume = try volumes.volume(name) {
            session.printLine(volume.name)
            return 0
        }
        session.printLine(
            try volumes.create(name, labels: labels, isAnonymous: false).name)
        return 0
    }
}

/// `volume exists`.
enum VolumeExistsCommand: Command {
    static let grammar = CommandGrammar(
        "exists", summary: "Check if volume exists", usage: "exists NAME", arguments: .exactly(1))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        try VolumeStore(try session.openStore()).volume(arguments.positionals[0]) == nil ? 1 : 0
    }
}

/// `volume inspect`.
enum VolumeInspectCommand: Command {
    static let grammar = CommandGrammar(
        "inspect", summary: "Display detailed information on one or more volumes",
        usage: "inspect [options] VOLUME [VOLUME...]",
        flags: [
            .bool("all", short: "a", help: "inspect all volumes"),
            .string("format", short: "f", help: "format volume output using Go template"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        let volumes = VolumeStore(store)
        let names = try VolumeTargets.names(arguments, volumes)
        return try Inspection(arguments, session).print(names) { name in
            (VolumeDescription.value(try volumes.find(name)), .any)
        }
    }
}

/// `volume ls`.
enum VolumeListCommand: Command {
    static let grammar = CommandGrammar(
        "ls", aliases: ["list"], summary: "List volumes", usage: "ls [options]",
        flags: [
            Flag("filter", short: "f", .stringArray, help: "filter volume output: name, label, dangling, driver"),
            .string("format", help: "format volume output using Go template"),
            .bool("noheading", short: "n", help: "do not print headers"),
            .bool("quiet", short: "q", help: "print volume output in quiet mode"),
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let format = try arguments.string("format").map { try OutputFormat(parsing: $0, name: "volume ls") }
        let store = try session.openStore()
        let filter = try VolumeFilter(arguments.strings("filter"), store)
        let found = try VolumeStore(store).all().filter { try filter.matches($0) }
        if arguments.bool("quiet") {
            for volume in found { session.printLine(volume.name) }
        } else if format.isJSON {
            let values = found.map { JSONValue.object(VolumeDescription.value($0)) }
            session.printLine(JSONValue.array(values).serializedString(pretty: true))
        } else {
            let shown = try format ?? OutputFormat(parsing: "table {{.Driver}}\\t{{.Name}}", name: "volume ls")
            session.write(
                try shown.render(
                    found.map { .object(VolumeDescription.value($0)) }, headers: ["Name": "VOLUME NAME"],
                    isHeaded: !arguments.bool("noheading")))
        }
        return 0
    }
}

/// `volume rm`.
enum VolumeRemoveCommand: Command {
    static let grammar = CommandGrammar(
        "rm", aliases: ["remove"], summary: "Remove one or more volumes", usage: "rm [options] VOLUME [VOLUME...]",
        flags: [
            .bool("all", short: "a", help: "remove all volumes"),
            .bool("force", short: "f", help: "remove a volume by force, with the containers that use it"),
            Flag("time", short: "t", .int, aliases: ["timeout"], help: "seconds to wait for running containers"),
        ])

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        let volumes = VolumeStore(store)
        let isForced = arguments.bool("force")
        var code: Int32 = 0
        for name in try VolumeTargets.names(arguments, volumes) {
            do {
                let volume = try volumes.find(name)
                for var user in try volumes.users(of: volume, in: store) {
                    guard isForced else {
                        throw ContainerError(
                            .inUse,
                            "volume \(volume.name) is being used by the following container(s): \(user.id): "
                                + "volume is being used")
                    }
                    try user.remove(
                        isForced: true, stoppingAfter: arguments.int("time").map { Int64(clamping: $0) }, in: store)
                }
                try volumes.remove(volume)
                session.printLine(volume.name)
            } catch let error as ContainerError where error.code == .notFound {
                if isForced { continue }
                session.printError("Error: \(error)")
                code = max(code, 1)
            } catch let error as ContainerError where error.code == .inUse {
                session.printError("Error: \(error)")
                code = 2
            }
        }
        return code
    }
}

/// `volume prune`.
enum VolumePruneCommand: Command {
    static let grammar = CommandGrammar(
        "prune", summary: "Remove all unused volumes", usage: "prune [options]",
        flags: [
            .bool("all", short: "a", help: "remove named volumes too (always done)"),
            .bool("force", short: "f", help: "do not prompt for confirmation"),
            Flag("filter", .stringArray, help: "provide filter values (e.g. 'label=<key>=<value>')"),
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard
            arguments.bool("force")
                || ConfirmationPrompt.ask(
                    "WARNING! This will remove all volumes not used by at least one container.\n"
                        + "Are you sure you want to continue?", session)
        else { return 0 }
        let store = try session.openStore()
        let volumes = VolumeStore(store)
        let filter = try VolumeFilter(arguments.strings("filter"), store)
        for volume in try volumes.all() where try filter.matches(volume) {
            guard try volumes.users(of: volume, in: store).isEmpty else { continue }
            try volumes.remove(volume)
            session.printLine(volume.name)
        }
        return 0
    }
}

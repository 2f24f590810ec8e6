import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import DockerfileSyntax
import ImageCopy
import ImageModel
import WorkingContainers

/// `container commit`: commits a container that was run as an image.
enum ContainerCommitCommand: Command {
    static let grammar = CommandGrammar(
        "commit", summary: "Create new image based on the changed container",
        usage: "commit [options] CONTAINER [IMAGE]",
        flags: [
            .string("author", short: "a", help: "set the author for the image committed"),
            Flag(
                "change", short: "c", .stringArray,
                help: "apply the following possible instructions to the created image: CMD, ENTRYPOINT, ENV, ..."),
            .string("format", short: "f", default: "oci", help: "format of the image manifest and metadata"),
            .string("iidfile", "file", help: "file to write the image ID to"),
            .string("message", short: "m", help: "set commit message for imported image"),
            .bool("quiet", short: "q", help: "suppress output"),
            .bool("squash", short: "s", help: "squash newly built layers into a single new layer"),
            .refused("pause", short: "p", "containers cannot be paused"),
            .refused("include-volumes", "volumes are never part of images"),
        ], arguments: .between(1...2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        var options = ManagedContainer.CommitOptions()
        options.format = try ImageFormat(flag: arguments.string("format") ?? "oci")
        options.author = arguments.string("author")
        options.message = arguments.string("message")
        options.squashes = arguments.bool("squash")
        if arguments.positionals.count == 2 { options.names = [try LocalNames.qualified(arguments.positionals[1])] }
        if options.message != nil, options.format != .docker {
            throw CommandError("messages are only compatible with the docker image format (-f docker)")
        }
        let store = try session.openStore(mounts: true)
        let container = try ManagedContainer(arguments.positionals[0], in: store)
        options.configuration = try container.imageConfiguration(in: store)
        for change in arguments.strings("change") {
            try ImageChange.apply(change, to: &options.configuration)
        }
        if let file = arguments.string("iidfile") {
            options.announce = try OutputFile.textWriter(file) { $0 }
        }
        let image = try container.commit(options, to: store)
        session.printLine(image.id)
        return 0
    }
}

/// A Dockerfile instruction in `commit --change`: `CMD ["x"]`, `ENV a=b`, also `CMD=x`.
enum ImageChange {
    static func apply(_ text: String, to config: inout ContainerConfig) throws {
        var line = text
        if let equals = line.firstIndex(of: "="), line[..<equals].allSatisfy({ $0.isLetter }) {
            line.replaceSubrange(equals...equals, with: " ")
        }
        let instruction: Instruction
        do {
            instruction = try Dockerfile.parseInstruction(line, file: "--change")
        } catch {
            throw CommandError("invalid change \"\(text)\": \(error)")
        }
        let expander = WordExpander()
        let environment = EnvironmentList.dictionary(config.env ?? [])
        func expand(_ word: Word) throws -> String {
            try expander.expand(word.text, variables: environment).value
        }
        switch instruction.kind {
        case .cmd(let form): config.cmd = words(form)
        case .entrypoint(let form): config.entrypoint = words(form)
        case .env(let pairs):
            for pair in pairs {
                let (key, value) = (try expand(pair.key), try expand(pair.value))
                config.env = (config.env ?? []).filter { !$0.hasPrefix(key + "=") } + ["\(key)=\(value)"]
            }
        case .label(let pairs):
            for pair in pairs {
                config.labels = (config.labels ?? [:]).merging([try expand(pair.key): try expand(pair.value)]) { $1 }
            }
        case .user(let word): config.user = try expand(word)
        case .workdir(let word): config.workingDir = try expand(word)
        case .stopSignal(let word):
            let signal = try expand(word)
            _ = try SignalNumber.parse(signal)
            config.stopSignal = signal
        case .volume(let list):
            for word in list { config.volumes = (config.volumes ?? [:]).merging([try expand(word): .init()]) { $1 } }
        case .expose(let list):
            for word in list {
                guard let ports = ExposedPort.ports(try expand(word)) else {
                    throw CommandError("invalid change \"\(text)\": it has no valid port")
                }
                for port in ports { config.exposedPorts = (config.exposedPorts ?? [:]).merging([port: .init()]) { $1 } }
            }
        case .onbuild(let trigger): config.onBuild = (config.onBuild ?? []) + [trigger.text]
        default:
            throw CommandError(
                "invalid change \"\(text)\": \(instruction.keyword.rawValue) does not change the configuration")
        }
    }

    private static func words(_ form: CommandForm) -> [String] {
        switch form {
        case .shell(let text): ["/bin/sh", "-c", text]
        case .exec(let words): words
        }
    }
}

extension EnvironmentList {
    /// By name; later entries win.
    static func dictionary(_ entries: [String]) -> [String: String] {
        var values: [String: String] = [:]
        for entry in entries {
            let (key, value) = KeyValueFlag.split(entry)
            values[key] = value
        }
        return values
    }
}

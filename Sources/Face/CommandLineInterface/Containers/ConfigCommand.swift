import CommandLineGrammar
import ContainerStore
import ContainersConfig
import DockerfileSyntax
import ImageModel
import JSONText
import WorkingContainers

/// `config`: configures the future image of a working container.
enum ConfigCommand: Command {
    static let grammar = CommandGrammar(
        "config", summary: "Update image configuration settings", usage: "config [options] CONTAINER",
        flags: imageFlags + containerFlags + healthFlags, flagsFirst: true)

    private static let imageFlags: [Flag] = [
        SharedFlags.addHistory,
        Flag(
            "annotation", short: "a", .stringArray, help: "add annotation e.g. annotation=value, for the target image"),
        Flag(
            "unsetannotation", .stringSlice, placeholder: "annotation", help: "unset an annotation of the target image"),
        .string("arch", "architecture", help: "set architecture of the target image"),
        .string("author", "information", help: "set image author contact information"),
        .string("comment", help: "set a comment in the target image"),
        .string("created-by", "description", help: "set description of how the image was created"),
        .string("history-comment", "comment", help: "set a comment for the history of the target image"),
        .string("os", "operating system", help: "set operating system of the target image"),
        Flag("os-feature", .stringArray, help: "set required OS feature for the target image"),
        .string("os-version", "version", help: "set required OS version for the target image"),
        .string("variant", help: "set architecture variant of the target image"),
    ]

    private static let containerFlags: [Flag] = [
        .string("cmd", "command", help: "set the default command to run for containers based on the image"),
        .string("domainname", "name", help: "set a domain name for containers based on image"),
        .string("entrypoint", "entry point", help: "set entry point for containers based on image"),
        Flag("env", short: "e", .stringArray, help: "add environment variable to be set when running containers"),
        Flag("unsetenv", .stringArray, aliases: ["env-unset"], help: "remove environment variables"),
        .string("hostname", "name", help: "set a hostname for containers based on image"),
        Flag("label", short: "l", .stringArray, help: "add image configuration label e.g. label=value"),
        Flag("unsetlabel", .stringArray, help: "remove image configuration labels"),
        Flag("onbuild", .stringSlice, help: "add onbuild command to be run on images based on this image"),
        Flag("port", short: "p", .stringSlice, help: "add port to expose when running containers based on image"),
        .string("shell", help: "add shell to run in containers"),
        .string("stop-signal", "stop signal", help: "set stop signal for containers based on image"),
        .string("user", short: "u", help: "set default user to run inside containers based on image"),
        Flag("volume", short: "v", .stringSlice, help: "add default volume path to be created for containers"),
        .string("workingdir", "directory", help: "set working directory for containers based on image"),
    ]

    private static let healthFlags: [Flag] = [
        .string("healthcheck", help: "set a healthcheck command for the target image"),
        .string("healthcheck-interval", "interval", help: "set the interval between runs of the healthcheck"),
        Flag("healthcheck-retries", .int, help: "set the number of times the healthcheck has to fail"),
        .string("healthcheck-start-interval", "time", help: "set the time between checks during the start period"),
        .string("healthcheck-start-period", "time", help: "set the time to wait before a failed check counts"),
        .string("healthcheck-timeout", "time", help: "set the maximum amount of time to wait for a healthcheck"),
    ]

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        guard let name = arguments.positionals.first else { throw CommandError("container ID must be specified") }
        guard arguments.positionals.count == 1 else { throw CommandError("too many arguments specified") }
        let store = try session.openStore()
        let container = try WorkingContainer(name, in: store)
        var edit = ConfigurationEdit(container, keepsHistory: arguments.bool("add-history"))
        try changeImage(&edit, arguments)
        try changeProcess(&edit, arguments, session)
        for name in arguments.strings("unsetannotation") { edit.container.annotations[name] = nil }
        for text in arguments.strings("annotation") {
            EditedList.change(&edit.container.annotations, text)
        }
        for warning in edit.warnings { session.printError("Warning: \(warning)") }
        try edit.container.save(to: store)
        return 0
    }

    private static func changeImage(_ edit: inout ConfigurationEdit, _ arguments: ParsedArguments) throws {
        if let text = arguments.string("arch") { edit.container.config.architecture = text }
        if let text = arguments.string("author") { edit.container.config.author = text }
        if let text = arguments.string("os") { edit.container.config.os = text }
        if let text = arguments.string("os-version") { edit.container.config.osVersion = text }
        if let text = arguments.string("variant") { edit.container.config.variant = text }
        for text in arguments.strings("os-feature") {
            edit.container.config.osFeatures = EditedList.features(edit.container.config.osFeatures ?? [], text)
        }
        if let text = arguments.string("created-by") { edit.container.createdBy = text }
        if let text = arguments.string("history-comment") { edit.container.historyComment = text }
        if let text = arguments.string("comment") { edit.setComment(text) }
        if let text = arguments.string("domainname") { edit.setDomainname(text) }
        if let text = arguments.string("hostname") { edit.setHostname(text) }
    }

    /// In the order used in the history of Buildah's images.
    private static func changeProcess(
        _ edit: inout ConfigurationEdit, _ arguments: ParsedArguments, _ session: Session
    ) throws {
        if let text = arguments.string("user") { edit.setUser(text) }
        if let text = arguments.string("shell") { try edit.setShell(words(text, "shell"), as: text) }
        if let text = arguments.string("stop-signal") { edit.setStopSignal(text) }
        edit.changePorts(arguments.strings("port"))
        try edit.changeEnvironment(arguments.strings("env"), own: session.environment.environment)
        for name in arguments.strings("unsetenv") { edit.unsetEnvironment(name) }
        if let text = arguments.string("entrypoint") {
            edit.setEntrypoint(entrypoint(text), as: text)
        }
        if let text = arguments.string("cmd") { try edit.setCommand(stringList(text) ?? words(text, "cmd"), as: text) }
        edit.changeVolumes(arguments.strings("volume"))
        try changeHealthcheck(&edit, arguments)
        edit.changeLabels(arguments.strings("label"))
        for name in arguments.strings("unsetlabel") { edit.unsetLabel(name) }
        if let text = arguments.string("workingdir") { edit.setWorkingDirectory(text) }
        for text in arguments.strings("onbuild") { edit.addTrigger(text) }
    }

    private static func changeHealthcheck(_ edit: inout ConfigurationEdit, _ arguments: ParsedArguments) throws {
        func time(_ flag: String) throws -> Int64? {
            guard let text = arguments.string(flag) else { return nil }
            guard let time = GoDuration.nanoseconds(text) else {
                throw CommandError(
                    "parsing --\(flag) \(text.goQuoted): time: invalid duration \(text.goQuoted) (such as 30s)"
                )
            }
            return time
        }
        let times = Healthcheck(
            interval: try time("healthcheck-interval"), timeout: try time("healthcheck-timeout"),
            startPeriod: try time("healthcheck-start-period"),
            startInterval: try time("healthcheck-start-interval"), retries: arguments.int("healthcheck-retries"))
        let test = try arguments.string("healthcheck").map { try words($0, "healthcheck") }
        let flags = ["interval", "retries", "start-interval", "start-period", "timeout"].compactMap { name in
            arguments.string("healthcheck-\(name)").map { "--\(name)=\($0) " }
        }
        edit.changeHealthcheck(test: test, times, as: flags.joined() + (arguments.string("healthcheck") ?? ""))
    }

    /// A JSON list of strings; nil if the text is not one.
    private static func stringList(_ text: String) -> [String]? {
        guard let items = try? JSONValue(parsing: Array(text.utf8)).array else { return nil }
        let words = items.compactMap(\.string)
        return words.count == items.count ? words : nil
    }

    private static func entrypoint(_ text: String) -> ConfigurationEdit.EntrypointForm {
        if text.allSatisfy(\.isWhitespace) { return .none }
        return stringList(text).map { .list($0) } ?? .shell(text)
    }

    private static func words(_ text: String, _ flag: String) throws -> [String] {
        guard let words = ShellWords.split(text) else {
            throw CommandError("parsing --\(flag) \(text.goQuoted): invalid command line string")
        }
        return words
    }
}

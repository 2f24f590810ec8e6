import CommandLineGrammar
import ContainerStore
import ContainersConfig
import ImageModel
import JSONText
import OutputTemplates

/// `info`: describes the machine and the store, as JSON.
enum InfoCommand: Command {
    static let grammar = CommandGrammar(
        "info", summary: "Display system information", usage: "info [options]",
        flags: [
            .bool("debug", short: "d", help: "display additional debug information"),
            .bool("config", help: "list the configuration files read and where each setting comes from"),
            .string("format", help: "use format as a Go template to format the output"),
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let format = try arguments.string("format").map { try DescriptionFormat(parsing: $0) }
        if arguments.bool("config") { return try show(configuration(session), format, session) }
        let store = try session.openStore()
        var value = JSONObject()
        if arguments.bool("debug") {
            value["debug"] = ["\(session.calledAs) version": .string(Swiftlet.version)]
        }
        let conf = try session.containersConf()
        let runtime = RuntimeChoice.find(in: conf)?.name ?? conf.engine.runtime
        var host = HostFacts.describe(isRootless: store.isRootless, runtime: runtime)
        host["network"] = NetworkFlag.describeStandard(conf)
        value["host"] = .object(host)
        value["store"] = .object(try describe(store))
        value["policy"] = .string(try policy(session))
        return try show(value, format, session)
    }

    private static func show(_ value: JSONObject, _ format: DescriptionFormat?, _ session: Session) throws -> Int32 {
        // Buildah's description is a map, which has no fields that could be wrong.
        let missingFields: Template.MissingFields = session.calledAs == "buildah" ? .printNoValue : .standard
        if let text = try format?.render(.object(value), missingFields: missingFields) {
            session.write(text)
            return 0
        }
        session.printLine(String(decoding: JSONValue.object(value).serialized(pretty: true), as: UTF8.self))
        return 0
    }

    /// The files of each configuration in the order in which they are read, and the source of each effective key.
    private static func configuration(_ session: Session) throws -> JSONObject {
        var description = JSONObject()
        for report in try ConfigReport.all(env: session.environment) {
            var keys = JSONObject()
            for key in report.keys {
                keys[key.path] = [
                    "value": key.value, "source": .string(key.source), "treatment": .string(key.treatment),
                ]
            }
            description[report.name] = ["files": .array(report.files.map { .string($0) }), "keys": .object(keys)]
        }
        return description
    }

    /// The file that decides which images are accepted; there need not be one.
    private static func policy(_ session: Session) throws -> String {
        guard let policy = try SignaturePolicy.load(env: session.environment) else {
            return "none: every image is accepted, signed or not"
        }
        return policy.file
    }

    private static func describe(_ store: ContainerStore) throws -> JSONObject {
        var description = JSONObject()
        description["ContainerStore"] = ["number": .integer(Int64(try store.containers().count))]
        description["GraphDriverName"] = .string(store.driver.name)
        description["GraphOptions"] = .array([])
        description["GraphRoot"] = .string(store.layout.graphRoot)
        var status = JSONObject()
        if let kind = HostFacts.fileSystem(of: store.layout.graphRoot) {
            status["Backing Filesystem"] = .string(kind)
        }
        if store.driver.holdsChangesOnly {
            status["Native Overlay Diff"] = .string(store.driver.usesUserAttributes ? "false" : "true")
            status["Supports d_type"] = "true"
            status["Using metacopy"] = "false"
        }
        description["GraphStatus"] = .object(status)
        description["ImageStore"] = ["number": .integer(Int64(try store.images().count))]
        description["RunRoot"] = .string(store.layout.runRoot)
        return description
    }
}

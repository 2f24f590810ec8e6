import CommandLineGrammar
import ImageModel
import JSONText
import OutputTemplates

/// `version`.
enum VersionCommand: Command {
    static let grammar = CommandGrammar(
        "version", summary: "Display the version information",
        flags: [
            .bool("json", help: "output in JSON format"),
            .string("format", short: "f", help: "format the output using a Go template"),
        ], arguments: .none)

    /// The supported versions of the specifications for images and bundles.
    static let imageSpec = "1.1.0"
    static let runtimeSpec = "1.2.0"

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let format = try arguments.string("format").map { try OutputFormat(parsing: $0, name: "version") }
        if session.calledAs == "podman" { return try PodmanVersion.print(format, session) }
        if let format, !Optional(format).isJSON, !format.isPlainTable {
            let version: JSONValue = [
                "Version": .string(Swiftlet.version), "OsArch": .string(Platform.host.description),
            ]
            session.write(
                try format.render([
                    [
                        "Version": .string(Swiftlet.version), "OsArch": .string(Platform.host.description),
                        "Client": version,
                    ]
                ]))
            return 0
        }
        let facts = facts(asBuildah: session.calledAs == "buildah")
        if arguments.bool("json") || format.isJSON {
            let value = JSONValue.object(JSONObject(facts.map { ($0.key, .string($0.value)) }))
            session.printLine(String(decoding: value.serialized(pretty: true), as: UTF8.self))
            return 0
        }
        for fact in facts { session.printLine("\(fact.label):".padding(to: 17) + fact.value) }
        return 0
    }

    /// - Parameter asBuildah: whether to include lines that only make sense for Go programs.
    private static func facts(asBuildah: Bool) -> [(label: String, key: String, value: String)] {
        let host = Platform.host.description
        let all: [(label: String, key: String, value: String, isGo: Bool)] = [
            ("Version", "version", Swiftlet.version, false), ("Go Version", "goVersion", "", true),
            ("Image Spec", "imageSpec", imageSpec, false), ("Runtime Spec", "runtimeSpec", runtimeSpec, false),
            ("CNI Spec", "cniSpec", "", true), ("libcni Version", "libcniVersion", "", true),
            ("image Version", "imageVersion", "", true), ("Git Commit", "gitCommit", "", true),
            ("Built", "built", "Thu Jan  1 00:00:00 1970", true), ("OS/Arch", "osArch", host, false),
            ("BuildPlatform", "buildPlatform", host, true),
        ]
        return all.filter { asBuildah || !$0.isGo }.map { ($0.label, $0.key, $0.value) }
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

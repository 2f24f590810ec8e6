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

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let format = try arguments.string("format").map { try OutputFormat(parsing: $0, name: "version") }
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
        if arguments.bool("json") || format.isJSON {
            let value: JSONValue = [
                "version": .string(Swiftlet.version), "imageSpec": "1.1.0", "runtimeSpec": "1.2.0",
                "osArch": .string(Platform.host.description),
            ]
            session.printLine(String(decoding: value.serialized(pretty: true), as: UTF8.self))
            return 0
        }
        session.printLine("Version:         \(Swiftlet.version)")
        session.printLine("Image Spec:      1.1.0")
        session.printLine("Runtime Spec:    1.2.0")
        session.printLine("OS/Arch:         \(Platform.host)")
        return 0
    }
}

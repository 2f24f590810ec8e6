import CommandLineGrammar
import ImageModel
import JSONText

/// `version`.
enum VersionCommand: Command {
    static let grammar = CommandGrammar(
        "version", summary: "Display the version information",
        flags: [.bool("json", help: "output in JSON format")], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        if arguments.bool("json") {
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

import ImageModel
import JSONText
import OutputTemplates

/// `version` in Podman's format. Clients decide by the number what they may use: it is that of the Podman whose grammar
/// this program follows, with its own beside it.
enum PodmanVersion {
    /// The version of Podman whose commands and flags are followed.
    static let followed = "5.6.0"

    static func print(_ format: OutputFormat?, _ session: Session) throws -> Int32 {
        let host = Platform.host.description
        let client: JSONObject = [
            "APIVersion": .string(followed), "Version": .string(followed), "GoVersion": "", "GitCommit": "",
            "BuiltTime": "Thu Jan  1 00:00:00 1970", "Built": 0,
            "BuildOrigin": .string("swiftlet \(Swiftlet.version)"), "OsArch": .string(host),
            "Os": .string(Platform.host.os),
        ]
        if format.isJSON {
            let value: JSONValue = ["Client": .object(client)]
            session.printLine(value.serializedString(pretty: true))
        } else if let format, !format.isPlainTable {
            var value = client
            value["Client"] = .object(client)
            session.write(try format.render([.object(value)]))
        } else {
            session.write(
                """
                Client:       Podman Engine
                Version:      \(followed)
                API Version:  \(followed)
                Swiftlet:     \(Swiftlet.version)
                OS/Arch:      \(host)

                """)
        }
        return 0
    }
}

import CommandLineGrammar
import ContainerStore
import Glibc
import ImageModel
import JSONText
import LinuxSystem
import OutputTemplates

/// `info`: the machine and the store, as JSON.
enum InfoCommand: Command {
    static let grammar = CommandGrammar(
        "info", summary: "Display system information", usage: "info [options]",
        flags: [
            .bool("debug", short: "d", help: "display additional debug information"),
            .string("format", help: "use format as a Go template to format the output"),
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        var value = JSONObject()
        if arguments.bool("debug") {
            value["debug"] = ["swiftlet version": .string(Swiftlet.version)]
        }
        value["host"] = .object(host(session, store))
        value["store"] = .object(try describe(store))
        let format = try arguments.string("format").map { try OutputFormat(parsing: $0, name: "format") }
        if let format, !format.isPlainTable, !Optional(format).isJSON {
            session.write(try format.render([.object(value)], missingFields: .printNoValue))
            return 0
        }
        session.printLine(String(decoding: JSONValue.object(value).serialized(pretty: true), as: UTF8.self))
        return 0
    }

    private static func host(_ session: Session, _ store: ContainerStore) -> JSONObject {
        var system = utsname()
        uname(&system)
        var host = JSONObject()
        host["arch"] = .string(Platform.host.architecture)
        host["cpus"] = .integer(Int64(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        host["hostname"] = .string(text(&system.nodename))
        host["kernel"] = .string(text(&system.release))
        host["os"] = .string(Platform.host.os)
        host["rootless"] = .bool(store.isRootless)
        host["variant"] = .string(Platform.host.variant ?? "")
        return host
    }

    private static func text<T>(_ field: inout T) -> String {
        withUnsafeBytes(of: &field) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func describe(_ store: ContainerStore) throws -> JSONObject {
        var description = JSONObject()
        description["ContainerStore"] = ["number": .integer(Int64(try store.containers().count))]
        description["GraphDriverName"] = .string(store.driver.name)
        description["GraphRoot"] = .string(store.layout.graphRoot)
        description["ImageStore"] = ["number": .integer(Int64(try store.images().count))]
        description["RunRoot"] = .string(store.layout.runRoot)
        return description
    }
}

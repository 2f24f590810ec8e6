import CommandLineGrammar
import ContainerLifecycle
import ContainerStore
import JSONText
import Sandbox

/// A published port, for lists and inspection.
struct PublishedPort: CustomStringConvertible {
    let address: String
    let host: UInt16
    let container: UInt16
    let transport: String

    /// Parses the entry in a container's file; nil if it is not a port.
    init?(_ text: String) {
        guard let port = try? PortFlag.parse(text).first else { return nil }
        address = port.hostAddress
        host = port.host
        container = port.container
        transport = port.transport.rawValue
    }

    /// `0.0.0.0:8080->80/tcp`.
    var description: String { "\(shownAddress):\(host)->\(place)" }

    /// `80/tcp`.
    var place: String { "\(container)/\(transport)" }

    /// `0.0.0.0:8080`.
    var source: String { "\(shownAddress):\(host)" }

    private var shownAddress: String {
        address.isEmpty ? "0.0.0.0" : address.contains(":") ? "[\(address)]" : address
    }

    /// The form in `ps --format json`.
    var json: JSONValue {
        [
            "host_ip": .string(address), "container_port": .integer(Int64(container)),
            "host_port": .integer(Int64(host)), "range": 1, "protocol": .string(transport),
        ]
    }

    /// The form in inspection: by port in the container.
    static func bindings(_ ports: [PublishedPort]) -> JSONValue {
        var bindings = JSONObject()
        for port in ports {
            let binding: JSONValue = ["HostIp": .string(port.address), "HostPort": .string("\(port.host)")]
            bindings[port.place] = .array((bindings[port.place]?.array ?? []) + [binding])
        }
        return .object(bindings)
    }
}

/// `container port`: shows a container's published ports.
enum ContainerPortCommand: Command {
    static let grammar = CommandGrammar(
        "port", summary: "List port mappings or a specific mapping for the container",
        usage: "port [options] CONTAINER [PORT]", flags: [ContainerTargets.all], arguments: .atMost(2))

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let all = arguments.bool("all")
        guard all == arguments.positionals.isEmpty else {
            throw CommandError(all ? "--all accepts no container" : "you must supply a running container name or id")
        }
        let store = try session.openStore()
        let containers =
            all
            ? try ManagedContainer.all(in: store).filter(\.isRunning)
            : [try ManagedContainer(arguments.positionals[0], in: store)]
        let wanted = arguments.positionals.dropFirst().first.map { $0.contains("/") ? $0 : "\($0)/tcp" }
        var found = false
        for container in containers {
            let ports = container.definition.ports.compactMap(PublishedPort.init)
            for port in ports where wanted == nil || port.place == wanted {
                found = true
                let prefix = all ? "\(container.id.prefix(12))\t" : ""
                session.printLine(wanted == nil ? "\(prefix)\(port.place) -> \(port.source)" : port.source)
            }
        }
        if let wanted, !found {
            throw CommandError("failed to find published port \"\(wanted)\"")
        }
        return 0
    }
}

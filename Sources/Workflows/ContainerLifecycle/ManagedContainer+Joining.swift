import ContainerStore
import JSONText
import LinuxSystem
package import Sandbox

extension ManagedContainer {
    /// The running container, for starting another process in it. This process must be root of its user namespace.
    ///
    /// - Throws: ``ContainerError`` with `notRunning`.
    package func joined() throws -> JoinedContainer {
        guard isRunning, let process = state.process, let handle = try process.open() else {
            throw ContainerError(
                .notRunning,
                "can only create exec sessions on running containers: container state improper")
        }
        return try JoinedContainer(handle, pid: process.pid)
    }

    /// Calls `body` with this process's signals forwarded to the container's first process.
    package func forwardingSignals<T>(_ body: () throws -> T) throws -> T {
        guard let handle = try state.process?.open() else { return try body() }
        return try Sandbox.forwardingSignals(to: handle.raw, body)
    }

    /// The first process of the running container with a name, id or prefix of an id, read without opening the store:
    /// an ordinary user's store can only be opened in a user namespace, and this is how to find out in which.
    ///
    /// - Returns: nil when it is not found or does not run; opening the store tells why.
    package static func runningProcess(of name: String, graphRoot: String) -> Int32? {
        for driver in ["overlay", "vfs"] {
            let layout = StoreLayout(graphRoot: graphRoot, runRoot: "", driver: driver)
            for file in [layout.containersFile, layout.volatileContainersFile] {
                guard let bytes = try? Files.readFileIfPresent(file, limit: 64 << 20),
                    let records = try? JSONValue(parsing: bytes).array,
                    let id = find(name, in: records),
                    let document = try? Files.readFileIfPresent("\(layout.containerUserData(id))/\(stateFile)"),
                    let state = try? JSONValue(parsing: document)["state"], state["status"]?.string == "running",
                    case .integer(let pid)? = state["process"]?["pid"]
                else { continue }
                return Int32(exactly: pid)
            }
        }
        return nil
    }

    private static func find(_ name: String, in records: [JSONValue]) -> String? {
        let ids = records.compactMap { $0["id"]?.string }
        if ids.contains(name) { return name }
        let named = records.first { $0["names"]?.array?.contains(.string(name)) ?? false }
        if let id = named?["id"]?.string { return id }
        let fitting = ids.filter { $0.hasPrefix(name) }
        return fitting.count == 1 ? fitting[0] : nil
    }
}

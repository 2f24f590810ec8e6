import CommandLineGrammar
import ContainersConfig
import ImageBuild
import LinuxSystem

/// The agents for `--ssh` with key files, started when first needed. They end with this value.
final class KeyAgents {
    private let arguments: ParsedArguments
    private let session: Session
    private var agents: [KeyAgent] = []
    private var sockets: [String: String]?

    init(_ arguments: ParsedArguments, _ session: Session) {
        self.arguments = arguments
        self.session = session
    }

    /// The sockets of all agents that `--ssh` names, by id. Must be called after entering namespaces.
    ///
    /// - Parameter gate: learns the keys.
    func start(_ gate: SecretGate? = nil) throws -> [String: String] {
        if let gate { try addKeys(to: gate) }
        if let sockets { return sockets }
        var sockets: [String: String] = [:]
        for text in arguments.strings("ssh") {
            switch try BuildInputs.agent(text, session) {
            case (let id, .socket(let path)): sockets[id] = path
            case (let id, .files(let keys)):
                let directory = session.environment.value("TMPDIR") ?? "/tmp"
                let agent = try KeyAgent(keys: keys, temporaryDirectory: directory)
                sockets[id] = agent.socket
                agents.append(agent)
            }
        }
        self.sockets = sockets
        return sockets
    }

    private func addKeys(to gate: SecretGate) throws {
        for text in arguments.strings("ssh") {
            guard case (let id, .files(let keys)) = try BuildInputs.agent(text, session) else { continue }
            for key in keys { gate.add("SSH key \(id)", try Files.readFile(key, limit: 1 << 20)) }
        }
    }

    /// Ends them.
    func discard() {
        agents = []
        sockets = nil
    }
}

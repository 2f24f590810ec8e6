import DockerfileSyntax

/// The variables visible to an instruction of a stage: ENV of the image and of the stage, and ARGs.
package struct StageScope: Sendable {
    /// A declared argument with a value.
    package typealias Argument = (name: String, value: String)

    /// `NAME=value`, in the order of the image's configuration.
    private(set) var environment: [String]
    /// Declared arguments with a value, in order of declaration, except those that an ENV has replaced since.
    private(set) var arguments: [Argument]
    /// The names of all arguments that had a value, replaced or not.
    private var declared: Set<String>

    /// - Parameter arguments: those of the stage that this one is based on.
    init(environment: [String], arguments: [Argument] = []) {
        self.environment = environment
        self.arguments = arguments
        declared = Set(arguments.map(\.name))
    }

    /// The value of `$NAME`: that of the ENV or ARG that has set it last.
    func value(of name: String) -> String? {
        arguments.last { $0.name == name }?.value ?? environmentValue(of: name)
    }

    private func environmentValue(of name: String) -> String? {
        let prefix = name + "="
        return environment.last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// Sets an ENV. A name that is already set keeps its place.
    mutating func setEnvironment(_ name: String, _ value: String) {
        arguments.removeAll { $0.name == name }
        let entry = "\(name)=\(value)"
        guard let index = environment.firstIndex(where: { $0.hasPrefix(name + "=") }) else {
            return environment.append(entry)
        }
        environment[index] = entry
        let rest = environment[(index + 1)...].filter { !$0.hasPrefix(name + "=") }
        environment.replaceSubrange((index + 1)..., with: rest)
    }

    /// Sets an ARG; without a value it changes nothing.
    mutating func declare(argument name: String, _ value: String?) {
        guard let value else { return }
        declared.insert(name)
        arguments.removeAll { $0.name == name }
        arguments.append((name, value))
    }

    /// `NAME=value`: the environment of a RUN command.
    var commandEnvironment: [String] {
        let hidden = Set(arguments.map(\.name))
        let kept = environment.filter { entry in !hidden.contains(String(entry.prefix { $0 != "=" })) }
        return kept + arguments.map { "\($0.name)=\($0.value)" }
    }

    /// The arguments recorded in history and cache: the declared ones, with the value that the step sees. Proxies are
    /// among them only if they are declared: otherwise they are specific to the host.
    var recordedArguments: [Argument] {
        declared.sorted().compactMap { name in value(of: name).map { (name, $0) } }
    }
}

extension InstructionParser {
    /// `RUN [--mount=...]... [--network=N] [--security=S] [--device=D]... COMMAND`
    func run() throws(Diagnostic) -> RunInstruction {
        try flags.check(known: ["network", "security"], repeatable: ["mount", "device"])
        var mounts: [MountFlag] = []
        for value in try flags.values("mount") {
            guard let options = MountFlag.options(of: value.text) else {
                throw Diagnostic(
                    file: line.source.file, range: value.range,
                    "invalid mount \(value.text.quotedForMessage): expected key=value fields between commas")
            }
            mounts.append(MountFlag(value: value, options: options))
        }
        var devices: [DeviceRequest] = []
        for value in try flags.values("device") { devices.append(try DeviceRequest(value, in: line.source.file)) }
        return RunInstruction(
            command: try runCommand(), mounts: mounts, network: try flags.value("network"),
            security: try flags.value("security"), devices: devices)
    }

    private func runCommand() throws(Diagnostic) -> RunInstruction.Command {
        // The shell runs nothing, which also is a step.
        if arguments.isEmpty, heredocs.isEmpty { return .shell("") }
        switch try commandForm(arguments) {
        case .exec(let strings):
            guard !strings.isEmpty else { throw error("RUN requires at least one argument") }
            return .exec(strings)
        case .shell(let text):
            if heredocs.count == 1, Heredoc(word: text, range: heredocs[0].range) != nil {
                return .script(heredocs[0])
            }
            let bodies = heredocs.map { "\n\($0.rawContent)\($0.name)" }.joined()
            return .shell(text + bodies)
        }
    }
}

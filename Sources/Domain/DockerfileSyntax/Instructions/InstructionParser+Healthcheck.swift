extension InstructionParser {
    /// `HEALTHCHECK [flags] CMD COMMAND` or `HEALTHCHECK NONE`
    func healthcheck() throws(Diagnostic) -> HealthcheckInstruction {
        try flags.check(known: ["interval", "timeout", "start-period", "start-interval", "retries"])
        guard !arguments.isEmpty else { throw error("HEALTHCHECK requires at least one argument") }
        let (type, rest) = line.splitFirstWord(arguments)
        let command: CommandForm?
        switch line.text(type).uppercased() {
        case "NONE":
            guard rest.isEmpty else { throw line.error(rest, "HEALTHCHECK NONE takes no arguments") }
            command = nil
        case "CMD":
            guard !rest.isEmpty else { throw line.error(type, "missing command after HEALTHCHECK CMD") }
            command = try commandForm(rest)
            if command == .exec([]) { throw line.error(rest, "missing command after HEALTHCHECK CMD") }
        case let other:
            throw line.error(type, "unknown type \(other.quotedForMessage) in HEALTHCHECK (try CMD)")
        }
        return HealthcheckInstruction(
            command: command, interval: try duration("interval"), timeout: try duration("timeout"),
            startPeriod: try duration("start-period"), startInterval: try duration("start-interval"),
            retries: try retries())
    }

    /// Zero means unset; otherwise at least a millisecond.
    private func duration(_ name: String) throws(Diagnostic) -> Int64? {
        guard let word = try flags.value(name), !word.text.isEmpty else { return nil }
        guard let nanoseconds = GoDuration.nanoseconds(word.text) else {
            throw Diagnostic(
                file: line.source.file, range: word.range,
                "invalid duration \(word.text.quotedForMessage) for --\(name)")
        }
        guard nanoseconds == 0 || nanoseconds >= 1_000_000 else {
            throw Diagnostic(
                file: line.source.file, range: word.range,
                "interval \(word.text.quotedForMessage) of --\(name) cannot be less than 1ms")
        }
        return nanoseconds
    }

    private func retries() throws(Diagnostic) -> Int? {
        guard let word = try flags.value("retries"), !word.text.isEmpty else { return nil }
        guard let count = Int32(word.text), count >= 0 else {
            throw Diagnostic(
                file: line.source.file, range: word.range,
                "--retries must be a non-negative number, not \(word.text.quotedForMessage)")
        }
        return Int(count)
    }
}

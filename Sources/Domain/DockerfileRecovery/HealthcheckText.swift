import DockerfileSyntax
import ImageModel

/// Writes and parses HEALTHCHECK.
enum HealthcheckText {
    /// The instruction; nil for a check that a Dockerfile cannot express.
    static func instruction(_ check: Healthcheck) -> String? {
        var flags = ""
        for (name, value) in [
            ("interval", check.interval), ("timeout", check.timeout), ("start-period", check.startPeriod),
            ("start-interval", check.startInterval),
        ] {
            guard let value, value != 0 else { continue }
            flags += "--\(name)=\(duration(value)) "
        }
        if let retries = check.retries, retries != 0 { flags += "--retries=\(retries) " }
        let test = check.test ?? []
        let text: String
        switch test.first {
        case "NONE": text = "HEALTHCHECK NONE"
        case "CMD-SHELL" where test.count == 2: text = "HEALTHCHECK \(flags)CMD \(test[1])"
        case "CMD": text = "HEALTHCHECK \(flags)CMD \(InstructionWriter.json(Array(test.dropFirst())))"
        default: return nil
        }
        guard let parsed = InstructionWriter.parse(text), case .healthcheck(let found) = parsed.kind,
            found.test == test
        else { return nil }
        return text
    }

    /// The check of a parsed instruction.
    static func check(_ instruction: HealthcheckInstruction) -> Healthcheck {
        Healthcheck(
            test: instruction.test, interval: instruction.interval, timeout: instruction.timeout,
            startPeriod: instruction.startPeriod, startInterval: instruction.startInterval,
            retries: instruction.retries)
    }

    /// Parses a check that Docker printed as `&{["CMD-SHELL" "..."] "5s" "3s" "0s" "0s" '\x03'}`; nil for anything
    /// else.
    static func parse(_ text: String) -> Healthcheck? {
        guard text.hasPrefix("&{["), text.hasSuffix("}"), let end = text.range(ofLast: "] ") else { return nil }
        let list = text[text.index(text.startIndex, offsetBy: 2)..<text.index(after: end)]
        guard let test = GoList.quoted(list), !test.isEmpty else { return nil }
        let fields = text[text.index(after: end)...].dropLast().split(separator: " ")
        let durations = fields.compactMap { field in
            field.hasPrefix("\"") ? GoDuration.nanoseconds(String(field.dropFirst().dropLast())) : nil
        }
        guard durations.count >= 3, durations.count <= 4 else { return nil }
        var check = Healthcheck(test: test, interval: durations[0], timeout: durations[1], startPeriod: durations[2])
        if durations.count == 4 { check.startInterval = durations[3] }
        if let last = fields.last, last.hasPrefix("'\\x"), let code = Int(last.dropFirst(3).dropLast(), radix: 16) {
            check.retries = code
        }
        return check
    }

    private static func duration(_ nanoseconds: Int64) -> String {
        for (unit, length) in [
            ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
        ]
        where nanoseconds % Int64(length) == 0 {
            return "\(nanoseconds / Int64(length))\(unit)"
        }
        return "\(nanoseconds)ns"
    }
}

extension String {
    /// The index of the last occurrence of a short ASCII text.
    fileprivate func range(ofLast needle: String) -> Index? {
        let bytes = Array(needle.utf8)
        return utf8.indices.reversed().first { utf8[$0...].starts(with: bytes) }
    }
}

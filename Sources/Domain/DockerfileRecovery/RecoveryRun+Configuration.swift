import DockerfileSyntax
import ImageModel

// Instructions that only change the configuration.
extension RecoveryRun {
    /// Whether no later entry overrides this one.
    private func isLast(_ entry: Entry, _ keyword: Keyword) -> Bool { lastEntries[keyword] == entry.index }

    /// Adds the instruction of a history entry, checked against the image's configuration.
    mutating func configure(_ keyword: Keyword, _ text: String, _ entry: Entry) {
        let written = "\(keyword.rawValue) \(text)"
        let isLast = isLast(entry, keyword)
        var instruction: String?
        switch keyword {
        case .env: return setPairs(.env, text, ConfigurationReplay.dictionary(target.env))
        case .label: return setPairs(.label, text, target.labels ?? [:])
        case .cmd, .entrypoint: instruction = command(keyword, text, isLast: isLast)
        case .shell:
            if let words = GoList.quoted(text) ?? GoList.plain(text), !words.isEmpty {
                let known = isLast ? target.shell.flatMap { $0.isEmpty ? nil : $0 } : nil
                instruction = "SHELL \(InstructionWriter.json(known ?? words))"
            }
        case .volume:
            if GoList.quoted(text) == nil, let words = GoList.plain(text) { instruction = volume(words) }
        case .expose:
            if let ports = GoList.mapKeys(text) ?? GoList.plain(text) {
                instruction = InstructionWriter.expose(ports.sorted())
            }
        case .healthcheck:
            if text.hasPrefix("&{") {
                let known = isLast ? target.healthcheck : nil
                instruction = (known ?? HealthcheckText.parse(text)).flatMap(HealthcheckText.instruction)
            }
        case .user: if isLast { instruction = single(.user, text, target.user) }
        case .workdir: if isLast { instruction = single(.workdir, text, target.workingDir) }
        case .stopSignal: if isLast { instruction = single(.stopSignal, text, target.stopSignal) }
        case .arg:
            if InstructionWriter.parse(written) == nil, let pair = HistoryText.BuildArgument(Substring(text)) {
                instruction = InstructionWriter.keyValue(.arg, pair.name, pair.value)
            }
        case .from: return remark(.likely, "the history says: \(written)")
        case .onbuild, .maintainer, .run, .copy, .add: break
        }
        if let instruction { return add(instruction, .certain, "as recorded") }
        guard InstructionWriter.parse(written) != nil else {
            return remark(.guess, "not understood: \(written)")
        }
        add(written, .certain, "as recorded")
    }

    /// The recorded instruction if it yields this value, otherwise one with the value itself.
    private func single(_ keyword: Keyword, _ text: String, _ value: String) -> String? {
        var trial = replay
        if let parsed = InstructionWriter.parse("\(keyword.rawValue) \(text)") {
            trial.apply(parsed)
            let found: String
            switch keyword {
            case .user: found = trial.config.user
            case .workdir: found = trial.config.workingDir
            default: found = trial.config.stopSignal
            }
            if found == value || value.isEmpty { return nil }
        }
        return InstructionWriter.single(keyword, value)
    }

    private func command(_ keyword: Keyword, _ text: String, isLast: Bool) -> String? {
        let known = keyword == .cmd ? target.cmd : target.entrypoint
        var trial = replay
        if let parsed = InstructionWriter.parse("\(keyword.rawValue) \(text)") {
            trial.apply(parsed)
            let found = keyword == .cmd ? trial.config.cmd : trial.config.entrypoint
            // The recorded text yields the image's value.
            if found ?? [] == known ?? [] { return nil }
        }
        // Buildah always records /bin/sh -c, even if the stage has another shell.
        if isLast, let known, !known.isEmpty {
            return InstructionWriter.command(keyword, known, shell: replay.shell)
        }
        return GoList.quoted(text).map { InstructionWriter.command(keyword, $0, shell: replay.shell) }
    }

    /// Joins pieces of paths until they are volumes of the image.
    private func volume(_ words: [String]) -> String? {
        let known = Set((target.volumes ?? [:]).keys)
        var paths: [String] = []
        var piece = ""
        for word in words {
            piece = piece.isEmpty ? word : "\(piece) \(word)"
            guard known.contains(piece) else { continue }
            paths.append(piece)
            piece = ""
        }
        return InstructionWriter.volume(piece.isEmpty ? paths : words)
    }

    // MARK: ENV, LABEL

    /// Docker records values after expansion and without quotes, Buildah the words of the Dockerfile: the image's final
    /// values show which it is.
    private mutating func setPairs(_ keyword: Keyword, _ text: String, _ known: [String: String]) {
        func matches(_ pairs: [(key: String, value: String)]) -> Int { pairs.count { known[$0.key] == $0.value } }
        let written = "\(keyword.rawValue) \(text)"
        var parsed: [(key: String, value: String)]?
        switch InstructionWriter.parse(written)?.kind {
        case .env(let words), .label(let words): parsed = replay.pairs(words)
        default: break
        }
        if let parsed, matches(parsed) == parsed.count { return add(written, .certain, "as recorded") }
        let raw = Self.rawPairs(text).max { matches($0) < matches($1) }
        if let raw, matches(raw) > (parsed.map(matches) ?? -1), let text = pairText(keyword, raw) {
            let isWhole = matches(raw) == raw.count
            return add(text, isWhole ? .certain : .likely, "as recorded, in quotes")
        }
        guard parsed != nil else { return remark(.guess, "not understood: \(written)") }
        add(written, .likely, "as recorded; the image's final value differs")
    }

    private func pairText(_ keyword: Keyword, _ pairs: [(key: String, value: String)]) -> String? {
        var text = keyword.rawValue
        for pair in pairs {
            guard let one = InstructionWriter.keyValue(keyword, pair.key, pair.value) else { return nil }
            text += one.dropFirst(keyword.rawValue.count)
        }
        return InstructionWriter.parse(text) == nil ? nil : text
    }

    /// The ways to split `A=1 B=two words`: every word with a `=` begins a pair, or everything is one pair.
    private static func rawPairs(_ text: String) -> [[(key: String, value: String)]] {
        func pair(_ text: some StringProtocol) -> (key: String, value: String)? {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else { return nil }
            return (String(text[..<equals]), String(text[text.index(after: equals)...]))
        }
        guard let whole = pair(text) else { return [] }
        var groups: [[Substring]] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if groups.isEmpty || pair(word).map({ isKey($0.key) }) ?? false {
                groups.append([word])
            } else {
                groups[groups.count - 1].append(word)
            }
        }
        let several = groups.compactMap { pair($0.joined(separator: " ")) }
        return several.count == groups.count ? [several, [whole]] : [[whole]]
    }

    private static func isKey(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) || "_.-/".utf8.contains($0)
        }
    }
}

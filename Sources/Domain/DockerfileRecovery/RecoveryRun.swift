import ContentDigest
import DockerfileSyntax
import ImageModel

/// One recovery: converts history entries to instructions one by one while tracking their effect on the configuration,
/// and finally adds what is missing from the configuration itself.
struct RecoveryRun {
    let request: RecoveryRequest
    /// The configuration that the instructions must produce.
    let target: ContainerConfig
    var replay: ConfigurationReplay
    var result: RecoveredDockerfile
    /// The line indices of ARG instructions, by name.
    var declarations: [String: Int] = [:]
    /// The last entry of each kind of instruction: its value must be the image's.
    var lastEntries: [Keyword: Int] = [:]
    /// The base's ONBUILD triggers that have not been matched yet.
    var triggers: [String]
    /// Whether an instruction since the last layer may have changed files.
    var hasPendingChanges = false

    /// A history entry with its layer.
    struct Entry {
        let index: Int
        let history: History
        let layer: Int?
        /// The layer that contains its changes if it has none of its own.
        let nextLayer: Int?
    }

    init(_ request: RecoveryRequest) {
        self.request = request
        target = request.config.config ?? ContainerConfig()
        let base = request.base?.base.config
        replay = ConfigurationReplay(base?.config ?? ContainerConfig(), author: base?.author)
        triggers = base?.config?.onBuild ?? []
        result = RecoveredDockerfile(title: "Recovered from \(request.name)")
    }

    mutating func recover() -> RecoveredDockerfile {
        addFrom()
        let entries = entries()
        for entry in entries {
            if case .instruction(let keyword, _) = read(entry) { lastEntries[keyword] = entry.index }
        }
        for entry in entries { recover(entry) }
        if (request.config.history?.count ?? 0) > RecoveryRequest.maximumEntries {
            remark(.guess, "the history continues after \(RecoveryRequest.maximumEntries) entries")
        }
        addUnrecordedLayers(after: entries)
        addRemainder()
        return result
    }

    // MARK: Lines

    /// Adds an instruction that the parser has accepted, and applies it.
    mutating func add(
        _ instruction: String, _ confidence: RecoveredDockerfile.Confidence, _ reason: String, notes: [String] = []
    ) {
        guard let parsed = InstructionWriter.parse(instruction) else {
            return remark(.guess, "not an instruction: \(instruction)", notes: notes)
        }
        guard let instruction = LineBreaking.fitted(instruction) else {
            let reason = "\(parsed.keyword.rawValue) with lines that are too long for a Dockerfile"
            return remark(.guess, reason, notes: notes)
        }
        replay.apply(parsed)
        if case .arg(let names) = parsed.kind { for name in names { declarations[name.name] = result.lines.count } }
        result.lines.append(
            RecoveredDockerfile.Line(instruction: instruction, confidence: confidence, reason: reason, notes: notes))
    }

    mutating func remark(_ confidence: RecoveredDockerfile.Confidence, _ reason: String, notes: [String] = []) {
        result.lines.append(
            RecoveredDockerfile.Line(instruction: nil, confidence: confidence, reason: reason, notes: notes))
    }

    private mutating func addFrom() {
        let platform = request.config.platform
        let isDefault = request.defaultPlatform.matches(platform) || platform.architecture.isEmpty
        let flag = isDefault || Self.word(platform.description) == nil ? "" : "--platform=\(platform) "
        guard let choice = request.base, let name = Self.word(choice.base.name) else {
            let known = request.recordedBase.map { "; the image says it was built on \($0) (try --base)" } ?? ""
            let reason = request.recordedBase == nil ? "no local image has its first layers" : "no local image matches"
            return add("FROM \(flag)scratch", .guess, reason + known)
        }
        let layers = choice.base.config.rootfs.diffIDs.count
        let what = layers == 1 ? "the first layer" : "the first \(layers) layers"
        add(
            "FROM \(flag)\(name)", choice.sharesHistory ? .certain : .likely,
            choice.sharesHistory ? "\(what) and the history up to there are the same" : "\(what) are the same")
    }

    /// The text if it is a single, unmodified word of a FROM line.
    private static func word(_ text: String) -> String? {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || "_-./:@+".utf8.contains(byte)
        }
        return isPlain && !text.isEmpty ? text : nil
    }

    // MARK: Entries

    private func entries() -> [Entry] {
        let history = (request.config.history ?? []).prefix(RecoveryRequest.maximumEntries)
        let first = request.base?.historyCount(in: request.config) ?? 0
        var layer = request.base?.base.config.rootfs.diffIDs.count ?? 0
        let count = request.config.rootfs.diffIDs.count
        var entries: [Entry] = []
        for (index, entry) in history.enumerated().dropFirst(first) {
            let hasLayer = entry.emptyLayer != true && layer < count
            entries.append(
                Entry(
                    index: index, history: entry, layer: hasLayer ? layer : nil,
                    nextLayer: layer < count ? layer : nil))
            if hasLayer { layer += 1 }
        }
        return entries
    }

    func read(_ entry: Entry) -> HistoryText {
        HistoryText(entry.history.createdBy ?? "", shell: replay.shell, declared: Set(declarations.keys))
    }

    private mutating func recover(_ entry: Entry) {
        let count = result.lines.count
        let text = read(entry)
        switch text {
        case .shell(let command, let arguments, let isSure):
            addRun(
                InstructionWriter.run(command, shell: replay.shell), arguments, entry,
                isSure ? .certain : .likely,
                isSure ? "as recorded" : "as recorded; the ends of its build arguments' values are guessed")
        case .joined(let command, let arguments):
            let words = command.split(separator: " ").map(String.init)
            guard !words.isEmpty else { return addUnknown(entry, said: command) }
            addRun(
                InstructionWriter.runExec(words), arguments, entry, .guess,
                "run without a shell; the boundaries of its arguments are not recorded")
        case .instruction(.copy, let text): addCopy(.copy, text, entry)
        case .instruction(.add, let text): addCopy(.add, text, entry)
        case .instruction(let keyword, let text):
            configure(keyword, text, entry)
            accountForLayer(of: entry, keyword)
        case .unknown(let said): addUnknown(entry, said: said)
        }
        dropTrigger(from: count)
        if entry.layer != nil {
            hasPendingChanges = false
        } else if result.lines.count > count {
            switch text {
            case .shell, .joined, .instruction(.copy, _), .instruction(.add, _): hasPendingChanges = true
            default: break
            }
        }
    }

    /// The base's ONBUILD triggers follow from FROM itself.
    private mutating func dropTrigger(from index: Int) {
        guard let trigger = triggers.first else { return }
        guard result.lines.count == index + 1, let instruction = result.lines[index].instruction else { return }
        if InstructionWriter.parse(trigger)?.kind == InstructionWriter.parse(instruction)?.kind {
            triggers.removeFirst()
            result.lines[index] = RecoveredDockerfile.Line(
                instruction: nil, confidence: .certain, reason: "from the base's ONBUILD: \(trigger)")
        } else {
            triggers = []
        }
    }

    // MARK: RUN

    private mutating func addRun(
        _ instruction: String, _ arguments: [HistoryText.BuildArgument], _ entry: Entry,
        _ confidence: RecoveredDockerfile.Confidence, _ reason: String
    ) {
        for argument in arguments { declare(argument) }
        var notes: [String] = []
        if entry.layer == nil, entry.history.emptyLayer == true, let contents = contents(of: entry.nextLayer),
            !contents.isEmpty, isSingleLayer(entry)
        {
            notes = ["its changes are in a later layer, together with those of other steps"]
        }
        add(instruction, confidence, reason, notes: notes)
    }

    /// Whether the layer of later steps also contains this one's changes: builds with Buildah without `--layers` leave
    /// such histories.
    private func isSingleLayer(_ entry: Entry) -> Bool {
        let history = request.config.history ?? []
        guard let next = history.indices.dropFirst(entry.index).first(where: { history[$0].emptyLayer != true }) else {
            return false
        }
        if case .instruction(let keyword, _) = HistoryText(
            history[next].createdBy ?? "", shell: replay.shell, declared: [])
        {
            return ![.copy, .add, .workdir].contains(keyword)
        }
        return history[next].comment?.hasPrefix("FROM ") ?? false
    }

    /// Makes sure that a build argument visible to a command is declared.
    private mutating func declare(_ argument: HistoryText.BuildArgument) {
        if replay.arguments[argument.name] == argument.value, declarations[argument.name] != nil { return }
        guard let text = InstructionWriter.keyValue(.arg, argument.name, argument.value) else {
            return remark(.guess, "the build argument \(argument.name) had a value that a Dockerfile cannot express")
        }
        guard let line = declarations[argument.name] else {
            return add(text, .likely, "a build argument visible to the next command")
        }
        let names = result.lines[line].instruction.flatMap(InstructionWriter.parse)
        guard case .arg(let declared)? = names?.kind, declared.count == 1 else {
            return add(text, .likely, "a build argument visible to the next command")
        }
        guard let fitted = LineBreaking.fitted(text) else {
            return remark(.guess, "the value of the build argument \(argument.name) is too long for a Dockerfile")
        }
        result.lines[line].instruction = fitted
        result.lines[line].confidence = .likely
        result.lines[line].reason = "as recorded, with the value visible to later commands"
        replay.declare(argument.name, argument.value)
    }
}

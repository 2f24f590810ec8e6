import DockerfileSyntax

/// The rules of our own: what makes images large, builds slow, and secrets public.
extension StageChecks {
    mutating func checkOwnRules(_ instruction: Instruction) {
        switch instruction.kind {
        case .copy(let copy) where copy.from == nil: checkContents(of: copy, instruction)
        case .add(let copy): checkContents(of: copy, instruction)
        case .run(let run): checkPackages(of: run, instruction)
        default: break
        }
    }

    private mutating func checkContents(of copy: CopyInstruction, _ instruction: Instruction) {
        let sources = copy.sources.compactMap { expand($0)?.value }.filter { !Self.isRemote($0) }
        guard !sources.isEmpty else { return }
        if let whole = sources.first(where: { ["", "*", "**"].contains(Self.clean($0)) }) {
            copiesOfContext.append((instruction, whole))
        }
        let excludes = copy.excludes.compactMap { expand($0)?.value }
        let name = instruction.keyword.rawValue
        guard let files = inputs.copiedFiles?(sources, excludes) else {
            // Without the context, the sources' own names tell something.
            for source in sources where FileKinds.isSecret(Self.clean(source)) {
                let problem = "\(name) of \(source), which seems to be a secret"
                find(.secretFileCopied, at: instruction, "\(problem): \(Self.cure)")
            }
            return
        }
        var secrets = FileSummary()
        var unneeded = FileSummary()
        for file in files {
            if let directory = FileKinds.unneededDirectory(of: file.path) {
                unneeded.add(file, as: directory)
            } else if FileKinds.isSecret(file.path) {
                secrets.add(file, as: file.path)
            }
        }
        if !secrets.isEmpty {
            find(
                .secretFileCopied, at: instruction,
                "\(name) copies what seem to be secrets: \(secrets.description): \(Self.cure)",
                savedBytes: secrets.size)
        }
        if !unneeded.isEmpty, isShipped {
            find(
                .unneededFilesCopied, at: instruction,
                "\(name) copies \(unneeded.description), which an image seldom needs: exclude it in .dockerignore",
                savedBytes: unneeded.size)
        }
    }

    private static let cure = "exclude it in .dockerignore, and use RUN --mount=type=secret"

    private static func isRemote(_ source: String) -> Bool { source.contains("://") || source.hasPrefix("git@") }

    private mutating func checkPackages(of run: RunInstruction, _ instruction: Instruction) {
        let commands = ShellCommands(of: run.command)
        if let installation = commands.installation {
            for (copy, source) in copiesOfContext {
                find(
                    .copyBeforeInstall, at: copy,
                    "each change of a file in the context repeats \(installation) of line "
                        + "\(instruction.range.start.line): put \(copy.keyword.rawValue) \(source) behind it, and copy "
                        + "only what it reads before it")
            }
            copiesOfContext = []
        }
        if isShipped, commands.keepsAptLists, !run.mounts.contains(where: Self.keepsListsOut) {
            find(
                .aptListsKept, at: instruction,
                "apt-get update leaves its lists in the image: add rm -rf /var/lib/apt/lists/* to the same RUN, "
                    + "or --mount=type=cache,target=/var/lib/apt,sharing=locked")
        }
    }

    /// Whether a mount covers the directory of apt's lists.
    private static func keepsListsOut(_ mount: MountFlag) -> Bool {
        guard let type = mount.value(of: "type"), type == "cache" || type == "tmpfs" else { return false }
        let target = clean(mount.value(of: "target", "dst", "destination") ?? "")
        return ["var/lib/apt/lists", "var/lib/apt", "var/lib"].contains(target)
    }
}

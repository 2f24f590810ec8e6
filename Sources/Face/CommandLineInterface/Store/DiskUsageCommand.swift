import CommandLineGrammar
import ContainerStore
import LinuxSystem

/// `system df`: how much space images, containers and caches take.
enum DiskUsageCommand: Command {
    static let grammar = CommandGrammar(
        "df", summary: "Show disk usage", usage: "df [options]",
        flags: [
            .bool("verbose", short: "v", help: "list the entries of the build cache and the cache mounts, too")
        ], arguments: .none)

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        let store = try session.openStore()
        let steps = try BuildCacheIndex(store).usage().filter { $0.entry.layer != nil }
        let mounts = try CacheMountIndex(store).list()
        var table = TextTable(header: ["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"])
        table.add(try images(store))
        let kept = BuildCacheIndex.privateSize(steps)
        let shared = steps.filter(\.isShared)
        let all = sizes(steps.compactMap { usage in usage.entry.layer.map { ($0, usage.size) } })
        table.add(["Build Cache", "\(steps.count)", "\(shared.count)", size(all), size(kept)])
        let mounted = mounts.lazy.map(\.size).sumOfSizes()
        table.add(["Cache Mounts", "\(mounts.count)", "0", size(mounted), size(mounted)])
        table.lines.forEach(session.printLine)
        if arguments.bool("verbose") { list(steps, mounts, session) }
        return 0
    }

    /// Layers count once, however many images have them.
    private static func images(_ store: ContainerStore) throws -> [String] {
        let records = try store.images()
        let used = Set(try store.containers().map(\.image))
        func total(_ images: [ImageRecord]) throws -> Int64 {
            let layers = try images.flatMap { image in try image.topLayer.map { try store.presentLayers($0) } ?? [] }
            return sizes(layers.map { ($0.id, $0.diffSize) })
        }
        let whole = try total(records)
        let active = try total(records.filter { used.contains($0.id) })
        return [
            "Images", "\(records.count)", "\(records.count { used.contains($0.id) })", size(whole),
            size(whole.subtractingSaturated(active)),
        ]
    }

    private static func sizes(_ layers: [(id: String, size: Int64)]) -> Int64 {
        var seen: Set<String> = []
        return layers.filter { seen.insert($0.id).inserted }.map { max($0.size, 0) }.sumOfSizes()
    }

    private static func list(_ steps: [BuildCacheIndex.Usage], _ mounts: [CacheMountIndex.Entry], _ session: Session) {
        let now = Clock.now()
        var table = TextTable(header: ["CACHE ID", "TYPE", "SIZE", "LAST USED", "SHARED", "DESCRIPTION"])
        for step in steps {
            table.add([
                String(step.key.prefix(12)), "step", size(step.size), HumanUnits.age(since: step.lastUsed, now: now),
                "\(step.isShared)", step.entry.note,
            ])
        }
        for mount in mounts {
            table.add([
                String(mount.name.prefix(12)), "mount", size(mount.size),
                HumanUnits.age(since: mount.lastUsed, now: now), "false", mount.id ?? "",
            ])
        }
        session.printLine("")
        session.printLine("Build cache usage:")
        session.printLine("")
        table.lines.forEach(session.printLine)
    }

    private static func size(_ bytes: Int64) -> String { HumanUnits.compactSize(bytes) }
}

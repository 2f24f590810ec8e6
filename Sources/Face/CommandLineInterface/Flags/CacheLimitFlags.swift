import CommandLineGrammar
import DockerfileSyntax
import LinuxSystem

/// The limits of caches: `--keep-storage`, `--filter until=`, and what builds enforce.
enum CacheLimitFlags {
    /// Of `build`; each has a variable, for a limit that always holds.
    static let build: [Flag] = [
        .string(
            "cache-keep-storage", "size", environment: "SWIFTLET_CACHE_KEEP_STORAGE",
            help: "keep the store's build cache below this size, removing the least recently used steps"),
        .string(
            "cache-max-age", "duration", environment: "SWIFTLET_CACHE_MAX_AGE",
            help: "remove steps from the store's build cache that were not used for this time"),
    ]

    /// Of `prune`.
    static let prune: [Flag] = [
        .string(
            "keep-storage", "size", aliases: ["max-used-space"],
            help: "remove only caches, the least recently used first, until they have this size"),
        Flag(
            "filter", .stringArray, placeholder: "until=duration",
            help: "remove only caches, those that were not used for this time"),
    ]

    /// A size with a unit: `10GB`, `512m`, `3GiB`; units are powers of 1024.
    static func size(_ text: String, _ flag: String) throws -> Int64 {
        var digits = text.lowercased()
        for suffix in ["ib", "b"] where digits.hasSuffix(suffix) {
            let rest = digits.dropLast(suffix.count)
            if let last = rest.last, last.isLetter { digits = String(rest) }
        }
        var factor: UInt64 = 1
        if digits.hasSuffix("t") {
            digits = String(digits.dropLast()) + "g"
            factor = 1024
        }
        guard let bytes = try? ByteCount.parse(digits),
            case let (product, isTooLarge) = bytes.multipliedReportingOverflow(by: factor),
            !isTooLarge
        else { throw CommandError("--\(flag): \"\(text)\" is not a size such as 10GB") }
        return Int64(clamping: product)
    }

    /// A duration in seconds.
    static func age(_ text: String, _ flag: String) throws -> Int64 {
        guard let time = GoDuration.nanoseconds(text), time >= 0 else {
            throw CommandError("--\(flag): \"\(text)\" is not a duration such as 24h")
        }
        return time / 1_000_000_000
    }

    /// The limits for `prune`; nil without its flags.
    static func pruning(_ arguments: ParsedArguments) throws -> (bytes: Int64?, oldest: FileTime?)? {
        let bytes = try arguments.string("keep-storage").map { try size($0, "keep-storage") }
        var oldest: FileTime?
        for filter in arguments.strings("filter") {
            let (key, value) = KeyValueFlag.split(filter)
            guard key == "until", let value else {
                throw CommandError("--filter \(filter): only until=DURATION is supported")
            }
            let limit = Clock.now().seconds.subtractingSaturated(try age(value, "filter until"))
            oldest = FileTime(seconds: max(oldest?.seconds ?? limit, limit))
        }
        return bytes == nil && oldest == nil ? nil : (bytes, oldest)
    }
}

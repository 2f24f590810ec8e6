import CommandLineGrammar
import ImageLayers
import LinuxSystem

/// `--timestamp`, `--source-date-epoch` and `--rewrite-timestamp`: the timestamps of images and their files.
struct TimeFlags {
    /// The image's creation time; nil: now.
    var created: FileTime?
    /// The modification times of files in new layers.
    var modification = ModificationTimes.own
    /// The time for all new files, only with `--timestamp`.
    var fixed: FileTime?
    /// Whether no flag says the time, but `$SOURCE_DATE_EPOCH`.
    var isFromEnvironment = false

    static let flags: [Flag] = [
        Flag("timestamp", .int, help: "set created timestamp to epoch seconds to allow for deterministic builds"),
        Flag(
            "source-date-epoch", .int, environment: "SOURCE_DATE_EPOCH",
            help: "set new timestamps in image info to these seconds after the epoch"),
        .bool("omit-timestamp", help: "set created timestamp to epoch 0 to allow for deterministic builds"),
        .bool("rewrite-timestamp", help: "set timestamps in layers to no later than the value for --source-date-epoch"),
    ]

    /// Uses a file's modification time like `--timestamp`.
    ///
    /// - Throws: if other flags have set times.
    mutating func set(to file: String) throws {
        guard created == nil else {
            throw CommandError("\"reference-time\" and other times would be ambiguous if allowed together")
        }
        let time = FileTime(seconds: try Files.status(file, followSymlinks: true).modification.seconds)
        (created, fixed, modification) = (time, time, .fixed(time))
    }

    init(_ arguments: ParsedArguments) throws {
        let omitted = arguments.bool("omit-timestamp") ? 0 : nil
        let timestamp = arguments.wasSet("timestamp") ? arguments.int("timestamp") : omitted
        let epoch = arguments.int("source-date-epoch")
        if timestamp != nil, arguments.wasSet("source-date-epoch") {
            throw CommandError("\"timestamp\" and \"source-date-epoch\" would be ambiguous if allowed together")
        }
        if let timestamp {
            let time = try Self.time(timestamp, "timestamp")
            (created, fixed, modification) = (time, time, .fixed(time))
        } else if let epoch {
            let time = try Self.time(epoch, "source-date-epoch")
            created = time
            isFromEnvironment = !arguments.wasSet("source-date-epoch")
            if arguments.bool("rewrite-timestamp") { modification = .atMost(time) }
        }
    }

    private static func time(_ seconds: Int, _ flag: String) throws -> FileTime {
        guard Clock.rfc3339Range.contains(Int64(seconds)) else {
            throw CommandError("--\(flag) \(seconds): not a time in the years 1 to 9999")
        }
        return FileTime(seconds: Int64(seconds))
    }
}

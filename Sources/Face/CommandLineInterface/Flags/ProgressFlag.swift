import CommandLineGrammar

/// `--progress`: how to display the progress of a copy.
enum ProgressFlag {
    static let flag = Flag.string(
        "progress", "auto|plain|json", help: "how progress is shown; json: one object per event")

    /// - Parameter stream: where to display copies unless `--quiet` is specified.
    static func rendering(_ arguments: ParsedArguments, _ stream: StandardStream) throws -> ProgressRendering {
        let way = arguments.string("progress")
        guard ["auto", "plain", "json", nil].contains(way) else {
            throw CommandError("unknown progress \"\(way ?? "")\": choose auto, plain or json")
        }
        let copies = arguments.bool("quiet") ? nil : stream
        var rendering = ProgressRendering(
            steps: nil, copies: copies, isJSON: way == "json", isPlain: way == "plain")
        rendering.isDebugging = arguments.declares("debug") && arguments.bool("debug")
        return rendering
    }
}

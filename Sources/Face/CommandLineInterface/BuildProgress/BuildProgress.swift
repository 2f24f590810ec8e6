import CommandLineGrammar
import ContainersConfig
import ImageModel
import ProgressEvents

/// Shows the progress of a build, from its first step to the last copy of its image.
final class BuildProgress: Sendable {
    let mode: BuildProgressMode
    private let screen: TerminalBuildView?
    private let prefixes = StepPrefixes()
    /// Whether the image itself goes to standard output, where nothing else may be.
    private let isOutputTaken: Bool

    /// - Parameter isOutputTaken: whether standard output is for something else.
    init(_ mode: BuildProgressMode, isOutputTaken: Bool, _ session: Session) throws {
        self.mode = mode
        self.isOutputTaken = isOutputTaken
        screen =
            mode == .tty && !isOutputTaken
            ? try TerminalBuildView(
                hasColor: (session.environment.value("NO_COLOR") ?? "").isEmpty,
                tailLines: session.environment.value("BUILDKIT_TTY_LOG_LINES").flatMap { Int($0) }) : nil
    }

    private var isQuiet: Bool { mode == .quiet || isOutputTaken }

    /// Whether the names and the layers of the result are told.
    var showsLines: Bool { !isOutputTaken && (mode == .plain || mode == .tty) }

    /// Receives the events of the build for a platform; nil if it is for one only.
    func handler(_ platform: Platform? = nil) -> ProgressHandler {
        if mode == .json { return { StandardStream.error.write(BuildEventJSON.line($0, platform)) } }
        if let screen { return { screen.take($0, platform: platform.map { "\($0)" }) } }
        return rendering(platform).handler
    }

    /// The lines of the plain form.
    func rendering(_ platform: Platform? = nil) -> ProgressRendering {
        var rendering = ProgressRendering(
            steps: isQuiet ? nil : .output, copies: isQuiet ? nil : .error, isPlain: false)
        rendering.stepPrefix = platform.map { "[\($0)] " } ?? ""
        rendering.prefixes = prefixes
        return rendering
    }

    /// Ends the display, so that other lines can follow.
    func finish() { screen?.finish() }
}

import DockerfileSyntax
import WorkingContainers

extension ImageBuilder {
    /// `--label`, as the last instruction of the build.
    func labelInstructions() throws -> [Instruction] {
        options.labels.isEmpty ? [] : [try Self.labelInstruction(options.labels, file: "--label")]
    }

    /// The labels with a stage's name, or number, and its base, as the stage's first instruction. The base is the image
    /// of an earlier stage if that is kept, otherwise what FROM says.
    func stageLabels(of planned: BuildPlan.PlannedStage, _ session: BuildSession) throws -> [Instruction] {
        let stage = planned.stage
        guard options.labelsStages, !stage.instructions.isEmpty else { return [] }
        var base = planned.base
        if case .stage(let index) = planned.origin, let id = session.savedStages[index] { base = id }
        let labels = [
            (key: "io.buildah.stage.name", value: stage.name ?? "\(stage.index)"),
            (key: "io.buildah.stage.base", value: base),
        ]
        return [try Self.labelInstruction(labels, file: "--stage-labels")]
    }

    private static func labelInstruction(_ labels: [(key: String, value: String)], file: String) throws -> Instruction {
        func quoted(_ text: String) -> String {
            let special: Set<Character> = ["\"", "\\", "$"]
            return "\"" + text.map { special.contains($0) ? "\\\($0)" : "\($0)" }.joined() + "\""
        }
        let pairs = labels.map { "\(quoted($0.key))=\(quoted($0.value))" }
        do {
            return try Dockerfile.parseInstruction("LABEL \(pairs.joined(separator: " "))", file: file)
        } catch {
            throw BuildError(.invalid, "invalid \(file) \(pairs.joined(separator: " ")): \(error)")
        }
    }
}

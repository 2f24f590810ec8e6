package import DockerfileSyntax

/// LABEL instructions that are not in the Dockerfile.
package enum LabelInstruction {
    /// The label with the name of a stage's base.
    package static let stageBase = "io.buildah.stage.base"

    /// `--label`, as the last instruction of the build.
    static func ofImage(_ inputs: GraphInputs) throws -> [Instruction] {
        inputs.labels.isEmpty ? [] : [try make(inputs.labels, file: "--label")]
    }

    /// The labels with a stage's name, or number, and its base, as the stage's first instruction.
    package static func ofStage(_ planned: BuildPlan.PlannedStage, base: String) throws -> Instruction {
        let stage = planned.stage
        return try make(
            [(key: "io.buildah.stage.name", value: stage.name ?? "\(stage.index)"), (key: stageBase, value: base)],
            file: "--stage-labels")
    }

    private static func make(_ labels: [(key: String, value: String)], file: String) throws -> Instruction {
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

import DockerfileSyntax

/// What to list the packages of besides the result, as the arguments `BUILDKIT_SBOM_SCAN_CONTEXT` and
/// `BUILDKIT_SBOM_SCAN_STAGE` of a Dockerfile say (BuildKit's docs/attestations/sbom.md).
package struct InventoryRequest: Sendable, Equatable {
    /// The stages whose context is scanned, by their numbers.
    private var contextStages: Set<Int> = []
    /// The scanned stages, by their numbers.
    private var stages: Set<Int> = []

    /// - Throws: `BuildError` for an invalid Dockerfile.
    package init(_ options: BuildOptions) throws {
        let (dockerfile, _) = try ImageBuilder.parse(options)
        for stage in dockerfile.stages {
            let name = stage.name ?? "stage-\(stage.index)"
            func isWanted(_ argument: String) -> Bool {
                let given = options.buildArguments[argument]
                var value: String?
                for case .arg(let declarations) in dockerfile.globalArguments.map(\.kind) {
                    for declared in declarations where declared.name == argument {
                        value = given ?? declared.defaultValue?.text
                    }
                }
                for case .arg(let declarations) in stage.instructions.map(\.kind) {
                    for declared in declarations where declared.name == argument {
                        value = given ?? declared.defaultValue?.text ?? value
                    }
                }
                return Self.isWanted(name, by: value ?? "")
            }
            if isWanted("BUILDKIT_SBOM_SCAN_CONTEXT") { contextStages.insert(stage.index) }
            if isWanted("BUILDKIT_SBOM_SCAN_STAGE") { stages.insert(stage.index) }
        }
    }

    /// `true`, `false`, or names of stages.
    private static func isWanted(_ stage: String, by value: String) -> Bool {
        switch value {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "", "0", "f", "F", "false", "FALSE", "False": false
        default: value.split(separator: ",").contains { $0.lowercased() == stage }
        }
    }

    /// Whether a stage, which is not the target, is scanned.
    package func includes(stage: Int) -> Bool { stages.contains(stage) }

    /// Whether the context is scanned when this stage is the target.
    package func includesContext(ofTarget stage: Int) -> Bool { contextStages.contains(stage) }
}

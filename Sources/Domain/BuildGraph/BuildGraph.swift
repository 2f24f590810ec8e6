package import DockerfileSyntax
package import ImageModel

/// A build as a graph: what is to be done for the target, and what each part of it needs. It says nothing about how or
/// when; whoever executes it may run nodes in any order, and at the same time, that respects their inputs.
///
/// A node's id is its position, and its inputs have smaller ids: executed in order, one after the other, the nodes are in
/// the order of the Dockerfile, stage by stage.
package struct BuildGraph: Sendable {
    package let nodes: [BuildNode]
    /// The needed stages, in the order in which their nodes are.
    package let stages: [Stage]
    /// The names declared by ARG instructions of the stages, including triggers.
    package let declaredArguments: Set<String>

    /// One stage, as far as it is known without executing anything.
    package struct Stage: Sendable {
        package let planned: BuildPlan.PlannedStage
        /// The configuration of its base, after the options that change it.
        package let base: ContainerConfig
        /// The configuration of its image.
        package let container: ContainerConfig
        /// The value of its last MAINTAINER, if it has one.
        package let author: String?
        /// The number of its steps, FROM included.
        package let stepCount: Int
        /// The ids of its first node, FROM, and its last one, its image.
        package let first, last: Int

        /// The index in the Dockerfile.
        package var index: Int { planned.stage.index }
    }

    /// The stage with this index in the Dockerfile, if it is needed.
    package func stage(_ index: Int) -> Stage? { stages.first { $0.index == index } }
}

/// One node of a build graph.
package struct BuildNode: Sendable {
    package let id: Int
    /// The index of its stage in the Dockerfile.
    package let stage: Int
    package let operation: Operation
    /// The node whose root file system it changes; nil for an empty root, or if it has none.
    package let parent: Int?
    /// The other nodes whose results it reads, ascending.
    package let inputs: [Int]
    /// The step as known to the user; nil for what is not shown.
    package let step: Step?
    /// The definition key: a digest of what was asked, including its inputs, without the content of any file. Equal keys
    /// do not mean equal results; different ones need not mean different results.
    package let definition: String

    /// A step as known to the user.
    package struct Step: Sendable, Equatable {
        /// Its position in the stage, starting at 1.
        package let index: Int
        /// The instruction.
        package let text: String
        /// Its position in the Dockerfile; nil if it is not in there.
        package let range: SourceRange?

        /// Memberwise initializer.
        package init(index: Int, text: String, range: SourceRange?) {
            self.index = index
            self.text = text
            self.range = range
        }
    }

    /// What a node does.
    package enum Operation: Sendable {
        /// The base of a stage: its `parent` if that is an earlier stage.
        case base
        /// The files of a build context: a named one, or nil for the main one.
        case context(String?)
        /// The files of an image other than a base.
        case image(String)
        /// Changes the configuration only.
        case configure
        /// Labels the stage with its name and the name of its base, or with the image of an earlier stage.
        case identify(earlierStage: Int?)
        case run(RunOperation)
        case copy(CopyOperation)
        case makeDirectory(DirectoryOperation)
        /// Creates missing directories of volumes.
        case makeVolumes([String])
        /// Completes the image of a stage.
        case finish
    }

    /// The ids of all nodes that must be complete before.
    package var dependencies: [Int] { (parent.map { [$0] } ?? []) + inputs }
}

/// One instruction of a Dockerfile and its location.
package struct Instruction: Sendable, Equatable {
    /// The instruction with its arguments. A `Word` still contains variables and quotes; strings are final.
    package enum Kind: Sendable, Equatable {
        case from(FromInstruction)
        case arg([ArgumentDeclaration])
        case env([KeyValue])
        case label([KeyValue])
        case run(RunInstruction)
        case copy(CopyInstruction)
        case add(CopyInstruction)
        case workdir(Word)
        case user(Word)
        /// Each word may expand to several, see `WordExpander.expandToWords` and `ExposedPort`.
        case expose([Word])
        case volume([Word])
        case cmd(CommandForm)
        case entrypoint(CommandForm)
        case shell([String])
        case stopSignal(Word)
        case healthcheck(HealthcheckInstruction)
        indirect case onbuild(OnbuildTrigger)
        case maintainer(String)
    }

    /// The name of the instruction.
    package let keyword: Keyword
    /// The instruction with its arguments.
    package let kind: Kind
    /// The whole line, joined from its continuation lines, as written, without the bodies of heredocs.
    package let text: String
    /// From the keyword to the end of the last continuation line, without the bodies of heredocs.
    package let range: SourceRange
    /// The heredocs that start on the line, in order, with their content.
    package let heredocs: [Heredoc]
}

/// The instruction names.
package enum Keyword: String, Sendable, CaseIterable {
    case from = "FROM"
    case arg = "ARG"
    case env = "ENV"
    case label = "LABEL"
    case run = "RUN"
    case copy = "COPY"
    case add = "ADD"
    case workdir = "WORKDIR"
    case user = "USER"
    case expose = "EXPOSE"
    case volume = "VOLUME"
    case cmd = "CMD"
    case entrypoint = "ENTRYPOINT"
    case shell = "SHELL"
    case stopSignal = "STOPSIGNAL"
    case healthcheck = "HEALTHCHECK"
    case onbuild = "ONBUILD"
    case maintainer = "MAINTAINER"
}

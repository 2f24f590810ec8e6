/// The rules of BuildKit's Dockerfile linter, under their names, and rules of our own.
///
/// Reference: docs.docker.com/reference/build-checks; our own: docs/dockerfile.md.
package enum CheckRule: String, Sendable, CaseIterable {
    case consistentInstructionCasing = "ConsistentInstructionCasing"
    case copyIgnoredFile = "CopyIgnoredFile"
    case duplicateStageName = "DuplicateStageName"
    case exposeInvalidFormat = "ExposeInvalidFormat"
    case exposeProtocolCasing = "ExposeProtoCasing"
    case fromAsCasing = "FromAsCasing"
    case fromPlatformConstant = "FromPlatformFlagConstDisallowed"
    case invalidBaseImagePlatform = "InvalidBaseImagePlatform"
    case invalidDefaultArgument = "InvalidDefaultArgInFrom"
    case invalidDescription = "InvalidDefinitionDescription"
    case jsonArgumentsRecommended = "JSONArgsRecommended"
    case legacyKeyValueFormat = "LegacyKeyValueFormat"
    case maintainerDeprecated = "MaintainerDeprecated"
    case multipleInstructions = "MultipleInstructionsDisallowed"
    case noEmptyContinuation = "NoEmptyContinuation"
    case redundantTargetPlatform = "RedundantTargetPlatform"
    case reservedStageName = "ReservedStageName"
    case secretsInArguments = "SecretsUsedInArgOrEnv"
    case stageNameCasing = "StageNameCasing"
    case undefinedArgumentInFrom = "UndefinedArgInFrom"
    case undefinedVariable = "UndefinedVar"
    case relativeWorkdir = "WorkdirRelativePath"

    case aptListsKept = "AptListsKept"
    case copyBeforeInstall = "CopyBeforeInstall"
    case secretFileCopied = "SecretFileCopied"
    case unneededFilesCopied = "UnneededFilesCopied"

    /// Whether the rule is not one of BuildKit's: it only applies where the user enables it.
    package var isOwn: Bool {
        switch self {
        case .aptListsKept, .copyBeforeInstall, .secretFileCopied, .unneededFilesCopied: true
        default: false
        }
    }

    /// Whether the rule only applies where `# check=experimental=` asks for it.
    package var isExperimental: Bool { self == .invalidDescription }

    /// Whether a finding depends on the configuration of a base image.
    package var needsBaseImage: Bool {
        switch self {
        case .undefinedVariable, .jsonArgumentsRecommended, .invalidBaseImagePlatform: true
        default: false
        }
    }

    /// Where BuildKit's documentation explains the rule; nil if it does not.
    package var url: String? {
        guard self != .invalidBaseImagePlatform, !isOwn else { return nil }
        var slug = ""
        var previous: Character = "-"
        let letters = Array(rawValue)
        for (index, letter) in letters.enumerated() {
            let startsWord =
                letter.isUppercase
                && (previous.isLowercase || (index + 1 < letters.count && letters[index + 1].isLowercase))
            if startsWord, !slug.isEmpty { slug += "-" }
            slug += letter.lowercased()
            previous = letter
        }
        return "https://docs.docker.com/go/dockerfile/rule/\(slug)/"
    }

    /// What the rule demands, in one sentence.
    package var summary: String {
        switch self {
        case .consistentInstructionCasing: "All instructions of a Dockerfile should be written in the same case"
        case .copyIgnoredFile: "COPY and ADD should not name files that the ignore file excludes"
        case .duplicateStageName: "Names of stages should be unique"
        case .exposeInvalidFormat: "EXPOSE takes ports of the container, without an address or a port of the host"
        case .exposeProtocolCasing: "The protocol in EXPOSE should be in lower case"
        case .fromAsCasing: "AS should be written in the same case as FROM"
        case .fromPlatformConstant: "FROM --platform should not be a constant"
        case .invalidBaseImagePlatform: "The base image should be for the platform of the stage"
        case .invalidDefaultArgument: "FROM should name a valid image with the defaults of all arguments"
        case .invalidDescription: "The comment above a stage or an argument should begin with its name"
        case .jsonArgumentsRecommended:
            "CMD and ENTRYPOINT should have the JSON form, so that signals reach the command"
        case .legacyKeyValueFormat: "ENV and LABEL should have the form KEY=VALUE"
        case .maintainerDeprecated: "MAINTAINER is deprecated: use the label org.opencontainers.image.authors"
        case .multipleInstructions: "CMD, ENTRYPOINT and HEALTHCHECK should be used once in a stage"
        case .noEmptyContinuation: "An instruction should not be continued over an empty line"
        case .redundantTargetPlatform: "FROM --platform=$TARGETPLATFORM is the default"
        case .reservedStageName: "Stages should not have a reserved name"
        case .secretsInArguments: "ARG and ENV should not hold secrets: they stay in the image"
        case .stageNameCasing: "Names of stages should be in lower case"
        case .undefinedArgumentInFrom: "FROM should only use declared arguments"
        case .undefinedVariable: "Variables should be defined before they are used"
        case .relativeWorkdir: "The first WORKDIR of a stage should be absolute"
        case .aptListsKept: "apt-get update should not leave its package lists in the image"
        case .copyBeforeInstall: "Packages should be installed before the whole context is copied"
        case .secretFileCopied: "COPY and ADD should not copy files that usually contain secrets"
        case .unneededFilesCopied: "COPY and ADD should not copy repositories' metadata and what tools can make again"
        }
    }
}

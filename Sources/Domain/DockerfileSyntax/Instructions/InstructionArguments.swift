/// `FROM [--platform=P] BASE [AS NAME]`
package struct FromInstruction: Sendable, Equatable {
    /// An image, an earlier stage or `scratch`; expanded with the global arguments only.
    package let base: Word
    /// `--platform=`
    package let platform: Word?
    /// In lower case.
    package let name: String?
    /// `--after=`: an earlier stage to be built before the base is looked up.
    package var after: Word?
}

/// One `NAME[=DEFAULT]` of an ARG.
package struct ArgumentDeclaration: Sendable, Equatable {
    /// Up to the `=`.
    package let name: String
    /// After the `=`; nil if there is none.
    package let defaultValue: Word?
    /// The location of the declaration.
    package let range: SourceRange
}

/// One `KEY=VALUE` of an ENV or a LABEL (or the old form `KEY VALUE`).
package struct KeyValue: Sendable, Equatable {
    /// Expanded like the value.
    package let key: Word
    /// Empty if nothing follows the `=`.
    package let value: Word
}

/// The form of a command line.
package enum CommandForm: Sendable, Equatable {
    /// `CMD ls -l`: text for the shell.
    case shell(String)
    /// `CMD ["ls", "-l"]`: the arguments themselves.
    case exec([String])
}

/// `RUN [flags] ...`
package struct RunInstruction: Sendable, Equatable {
    /// The command to run.
    package enum Command: Sendable, Equatable {
        /// Text for the shell. The bodies of heredocs follow on lines of their own, as a shell reads them.
        case shell(String)
        case exec([String])
        /// A single heredoc. If its `content` starts with `#!` it is a file to execute, otherwise text for the shell.
        case script(Heredoc)
    }

    /// The command to run.
    package let command: Command
    /// `--mount=`, in order.
    package let mounts: [MountFlag]
    /// `--network=`
    package let network: Word?
    /// `--security=`
    package let security: Word?
    /// `--device=`, in order.
    package let devices: [DeviceRequest]
}

/// `COPY` and `ADD`; each supports only some of the flags.
package struct CopyInstruction: Sendable, Equatable {
    /// Paths, patterns, and for ADD also URLs; in order, without the heredocs.
    package let sources: [Word]
    /// Inline files, copied as `heredoc.name`.
    package let inlineFiles: [Heredoc]
    /// The last argument.
    package let destination: Word
    /// COPY only.
    package let from: Word?
    /// `--chown=`
    package let chown: Word?
    /// `--chmod=`
    package let chmod: Word?
    /// `--link`
    package let link: Bool
    /// `--exclude=`, in order.
    package let excludes: [Word]
    /// COPY only: keep the parent directories of the sources.
    package let parents: Bool
    /// ADD only.
    package let checksum: Word?
    /// ADD only.
    package let keepGitDirectory: Bool
    /// ADD only; nil: archives are unpacked if they are local.
    package let unpack: Bool?
}

/// `HEALTHCHECK [flags] CMD ...` or `HEALTHCHECK NONE`; times in nanoseconds.
package struct HealthcheckInstruction: Sendable, Equatable {
    /// Nil for NONE, which disables an inherited check.
    package let command: CommandForm?
    /// Time between checks.
    package let interval: Int64?
    /// Timeout of one check.
    package let timeout: Int64?
    /// Startup time during which failures do not count.
    package let startPeriod: Int64?
    /// Time between checks during the start period.
    package let startInterval: Int64?
    /// Consecutive failures that make a container unhealthy.
    package let retries: Int?

    /// The `Test` field of an image's configuration: `["NONE"]`, `["CMD-SHELL", text]` or `["CMD", ...]`.
    package var test: [String] {
        switch command {
        case nil: ["NONE"]
        case .shell(let text): ["CMD-SHELL", text]
        case .exec(let arguments): ["CMD"] + arguments
        }
    }
}

/// `ONBUILD INSTRUCTION`
package struct OnbuildTrigger: Sendable, Equatable {
    /// The text for the image: the instruction as written, followed by the bodies of its heredocs.
    package let text: String
    /// The parsed instruction; its variables are expanded only when the trigger runs.
    package let instruction: Instruction
}

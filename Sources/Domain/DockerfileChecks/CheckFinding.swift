package import DockerfileSyntax

/// A place of a Dockerfile where a rule is not followed.
package struct CheckFinding: Sendable, Equatable {
    /// The rule.
    package let rule: CheckRule
    /// What is wrong, on one line.
    package let message: String
    /// The instruction.
    package let range: SourceRange
    /// How many bytes the image would lose by following the rule; nil where nobody can know.
    package var savedBytes: UInt64?

    /// As a warning: `FILE:LINE:COLUMN: warning: RULE: MESSAGE`.
    package func diagnostic(file: String) -> Diagnostic {
        Diagnostic(.warning, file: file, range: range, "\(rule.rawValue): \(message)")
    }
}

package import DockerfileSyntax

/// Adds positions in the Dockerfile to errors.
package struct ErrorLocator: Sendable {
    private let source: SourceText

    /// Positions in this text.
    package init(_ source: SourceText) {
        self.source = source
    }

    /// The name of the Dockerfile.
    package var file: String { source.file }

    /// An error at a position in the Dockerfile.
    package func error(
        _ code: BuildError.Code, at range: SourceRange?, _ message: String, exitCode: Int32? = nil
    ) -> BuildError {
        let diagnostic = Diagnostic(file: source.file, range: range, message)
        return BuildError(
            code, diagnostic.description, exitCode: exitCode, excerpt: diagnostic.rendered(source: source))
    }

    /// Adds the position of the instruction to an error that has none.
    ///
    /// - Parameters:
    ///   - step: the instruction as known to the user, if it was being executed.
    ///   - isInvalid: whether an error of another type is about the instruction rather than its execution.
    package func located(
        _ error: any Error, at range: SourceRange?, step: String? = nil, isInvalid: (any Error) -> Bool = { _ in false }
    ) -> BuildError {
        let prefix = step.map { "building at STEP \"\($0)\": " } ?? ""
        return switch error {
        case let known as BuildError where known.excerpt != nil || known.code == .commandFailed: known
        case let diagnostic as Diagnostic:
            BuildError(.invalid, diagnostic.description, excerpt: diagnostic.rendered(source: source))
        default: self.error(isInvalid(error) ? .invalid : .stepFailed, at: range, prefix + "\(error)")
        }
    }
}

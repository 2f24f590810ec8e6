import BuildGraph
import DockerfileSyntax

extension ImageBuilder {
    /// The unique names of the base images of the build's stages, except those that the target does not need, and
    /// those of stages for a platform of their own.
    package static func baseImages(_ options: BuildOptions) throws -> [String] {
        let (dockerfile, _) = try parse(options)
        var names: [String] = []
        for planned in try BuildPlan(dockerfile, options.graphInputs).stages {
            var name: String?
            if case .image(let image) = planned.origin { name = image }
            if case .context(let context) = planned.origin, case .image(let image)? = options.contexts[context] {
                name = image
            }
            if let name, planned.platform == nil, !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// The Dockerfile, and its text for error positions.
    ///
    /// - Throws: `BuildError` with the position of the error.
    static func parse(_ options: BuildOptions) throws -> (Dockerfile, SourceText) {
        let source = SourceText(file: options.dockerfile.name, bytes: Array(options.dockerfile.text.utf8))
        do throws(Diagnostic) {
            return (try Dockerfile(parsing: source), source)
        } catch {
            throw BuildError(.invalid, error.description, excerpt: error.rendered(source: source))
        }
    }
}

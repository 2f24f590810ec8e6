import DockerfileSyntax

extension ImageBuilder {
    /// The names of the images that the build's stages begin with, each once; stages that the target does not need
    /// left out.
    package static func baseImages(_ options: BuildOptions) throws -> [String] {
        let (dockerfile, _) = try parse(options)
        var names: [String] = []
        for planned in try BuildPlan(dockerfile, options: options).stages {
            if case .image(let name) = planned.origin, !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// The Dockerfile, and its text for pointing into.
    ///
    /// - Throws: `BuildError` with the place where it is wrong.
    static func parse(_ options: BuildOptions) throws -> (Dockerfile, SourceText) {
        let source = SourceText(file: options.dockerfile.name, bytes: Array(options.dockerfile.text.utf8))
        do throws(Diagnostic) {
            return (try Dockerfile(parsing: source), source)
        } catch {
            throw BuildError(.invalid, error.description, excerpt: error.rendered(source: source))
        }
    }
}

import DockerfileSyntax

extension ImageBuilder {
    /// The names of the images that the build's stages begin with, each once; stages that the target does not need
    /// left out.
    package static func baseImages(_ options: BuildOptions) throws -> [String] {
        let source = SourceText(file: options.dockerfile.name, bytes: Array(options.dockerfile.text.utf8))
        let dockerfile: Dockerfile
        do throws(Diagnostic) {
            dockerfile = try Dockerfile(parsing: source)
        } catch {
            throw BuildError(.invalid, error.description, excerpt: error.rendered(source: source))
        }
        var names: [String] = []
        for planned in try BuildPlan(dockerfile, options: options).stages {
            if case .image(let name) = planned.origin, !names.contains(name) { names.append(name) }
        }
        return names
    }
}

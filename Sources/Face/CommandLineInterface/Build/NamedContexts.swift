import BuildGraph
import CommandLineGrammar
import ContentDigest
import ImageBuild
import ImageModel
import ImageTransports

/// The contexts of `--build-context`.
struct NamedContexts {
    private let remote: RemoteContexts

    init(_ remote: RemoteContexts) { self.remote = remote }

    /// Adds the context of one flag, `NAME=SOURCE`.
    func add(_ text: String, to options: inout BuildOptions) throws {
        let (name, value) = KeyValueFlag.split(text)
        guard let value, !name.isEmpty, !value.isEmpty else {
            throw CommandError("invalid additional build context \(text.goQuoted): expected NAME=SOURCE")
        }
        do {
            options.contexts[NamedContext.canonicalName(name)] = try context(value, name)
        } catch  where !(error is CommandError) {
            throw CommandError("--build-context \(name)=\(value): \(error)")
        }
    }

    private func context(_ value: String, _ name: String) throws -> NamedContext {
        for prefix in ["docker-image://", "container-image://", "docker://"] where value.hasPrefix(prefix) {
            let image = String(value.dropFirst(prefix.count))
            return image == "scratch" ? .scratch : .image(image)
        }
        if value.hasPrefix("oci-layout://") {
            return .image(try Self.layout(String(value.dropFirst("oci-layout://".count)), name))
        }
        if value.hasPrefix("target:") {
            throw CommandError(
                "--build-context \(name)=\(value): targets belong to bake files; a stage of the Dockerfile needs no "
                    + "context: name it in FROM or --from")
        }
        if let fetched = try remote.context(value, named: name) {
            return .directory(fetched.directory ?? "")
        }
        if TransportReference(parsing: value) != nil { return .image(value) }
        return .directory(try HostPath.real(value))
    }

    /// `PATH[:TAG][@DIGEST]` of an image layout as `oci:PATH:@INDEX`. Without a tag, `latest` or the only image.
    private static func layout(_ text: String, _ name: String) throws -> String {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let location = parts[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let path = try HostPath.real(location[0])
        guard !path.contains(":") else {
            throw CommandError("--build-context \(name): the path of an image layout must not contain colons: \(path)")
        }
        guard parts.count > 1 else {
            if location.count > 1 { return "oci:\(path):\(location[1])" }
            let latest = try OCILayoutSource.entries(inLayoutAt: path).first {
                $0.image.annotations?["org.opencontainers.image.ref.name"] == "latest"
            }
            return latest.map { "oci:\(path):@\($0.place)" } ?? "oci:\(path)"
        }
        guard
            let index = try OCILayoutSource.entries(inLayoutAt: path).first(where: {
                $0.image.digest.description == parts[1]
            })?.place
        else {
            throw CommandError("--build-context \(name): \(path) has no image \(parts[1])")
        }
        return "oci:\(path):@\(index)"
    }
}

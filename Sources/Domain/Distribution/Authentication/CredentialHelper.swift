package import ContainersConfig
import JSONText
import LinuxSystem

/// A program `docker-credential-NAME` that stores credentials (protocol of docker-credential-helpers).
package struct CredentialHelper {
    private let name: String

    /// - Throws: ``RegistryError`` for a name that would escape the directories of PATH.
    package init(_ name: String) throws {
        guard !name.isEmpty, !name.contains("/") else {
            throw RegistryError(.invalid, "\"\(name)\" is not the name of a credential helper")
        }
        self.name = name
    }

    /// The credentials for a registry; nil if it has none.
    package func credentials(for registry: String) throws -> RegistryCredentials? {
        let (status, output) = try run("get", input: registry)
        guard status == 0 else {
            // All helpers use these words, on standard output.
            if output.contains("credentials not found") { return nil }
            throw RegistryError(.unauthorized, "credential helper \(name): \(output.prefix(300))")
        }
        guard let answer = try? JSONValue(parsing: output), let user = answer["Username"]?.string,
            let secret = answer["Secret"]?.string
        else { throw RegistryError(.malformed, "credential helper \(name): the output contains no valid credentials") }
        if user == "<token>" { return .identityToken(user: "", token: secret) }
        return user.isEmpty && secret.isEmpty ? nil : .password(user: user, password: secret)
    }

    /// Stores credentials.
    package func store(user: String, password: String, for registry: String) throws {
        let entry = JSONObject([
            ("ServerURL", .string(registry)), ("Username", .string(user)), ("Secret", .string(password)),
        ])
        let (status, output) = try run("store", input: JSONValue.object(entry).serialized())
        guard status == 0 else {
            throw RegistryError(.invalid, "credential helper \(name) cannot store: \(output.prefix(300))")
        }
    }

    /// Erases credentials.
    package func erase(_ registry: String) throws {
        let (status, output) = try run("erase", input: registry)
        guard status == 0 else {
            throw RegistryError(.invalid, "credential helper \(name) cannot erase: \(output.prefix(300))")
        }
    }

    private func run(_ verb: String, input: String) throws -> (status: Int32, output: String) {
        try run(verb, input: Array(input.utf8))
    }

    private func run(_ verb: String, input: [UInt8]) throws -> (status: Int32, output: String) {
        do {
            let result = try ChildProcess.run(
                ["docker-credential-\(name)", verb], input: input, captureOutput: true, outputLimit: 1 << 20)
            let text = String(decoding: result.output, as: UTF8.self)
            return (result.status, text.split(whereSeparator: \.isNewline).joined(separator: " "))
        } catch {
            throw RegistryError(.invalid, "credential helper docker-credential-\(name): \(error)")
        }
    }
}

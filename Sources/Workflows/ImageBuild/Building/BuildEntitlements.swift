import BuildGraph
import DockerfileSyntax

/// What the steps of a build may ask for beyond its own confinement: the values of `--allow`, as in BuildKit.
package struct BuildEntitlements: Sendable, Equatable {
    /// `network.host`, `security.insecure`; `device` for all devices.
    package private(set) var names: Set<String> = []
    /// The devices of `--allow device=NAME`.
    private(set) var devices: Set<String> = []
    /// The names by which steps may ask for other devices (`--allow device=NAME,alias=ALIAS`).
    private(set) var aliases: [String: String] = [:]

    /// None.
    package init() {}

    /// Reads values of the flag; those without a device may be lists.
    ///
    /// - Throws: `BuildError` for an unknown entitlement.
    package init(_ values: [String]) throws {
        for value in values {
            if value.hasPrefix("device=") {
                try addDevice(value)
            } else {
                for name in value.split(separator: ",").map(String.init) {
                    let known = ["network.host", "security.insecure", "device"]
                    guard known.contains(name) else {
                        throw BuildError(
                            .invalid,
                            "--allow \(name): unknown entitlement: choose network.host, security.insecure or device"
                                + Suggestion.hint(for: name, among: known))
                    }
                    names.insert(name)
                }
            }
        }
    }

    private mutating func addDevice(_ value: String) throws {
        let fields = value.dropFirst("device=".count).split(separator: ",", omittingEmptySubsequences: false)
        guard let name = fields.first.map(String.init), !name.isEmpty else {
            throw BuildError(.invalid, "--allow \(value): the name of the device is missing")
        }
        var alias: String?
        for field in fields.dropFirst() {
            guard field.hasPrefix("alias="), field.count > "alias=".count else {
                throw BuildError(.invalid, "--allow \(value): unknown field \(field): only alias=NAME is supported")
            }
            alias = String(field.dropFirst("alias=".count))
        }
        if let alias { aliases[alias] = name } else { devices.insert(name) }
    }
}

import CommandLineGrammar
import ContainersConfig
import ImageTrust
import JSONText
import LinuxSystem

/// `image trust show`, as Podman's: the policy on which images to accept.
enum TrustShowCommand: Command {
    static let grammar = CommandGrammar(
        "show", summary: "Display trust policy for the system", usage: "show [options] [REGISTRY]",
        flags: [
            .bool("json", short: "j", help: "output as json"),
            .bool("noheading", short: "n", help: "do not print column headings"),
            .bool("raw", help: "output raw policy file"),
            .string("signature-policy", "file", help: "path to a signature-policy file"),
            .string("registrypath", "directory", hidden: true),
        ], arguments: .between(0...1))

    /// One requirement.
    private struct Row {
        let transport: String
        let name: String
        let type: String
        let owners: String
        let store: String
    }

    static func run(_ arguments: ParsedArguments, _ session: Session) throws -> Int32 {
        func value(_ name: String) -> String? {
            arguments.declares(name) ? arguments.string(name).flatMap { $0.isEmpty ? nil : $0 } : nil
        }
        guard let policy = try SignaturePolicy.load(env: session.environment, path: value("signature-policy")) else {
            let places = SignaturePolicy.locations(env: session.environment).joined(separator: ", ")
            throw CommandError("there is no policy, so every image is accepted: none of these exists: \(places)")
        }
        if arguments.bool("raw") {
            session.printLine(String(decoding: try Files.readFile(policy.file, limit: 4 << 20), as: UTF8.self))
            return 0
        }
        let stores = try SignatureStores.load(
            env: session.environment, directory: value("registrypath") ?? value("registries.d"))
        // Which scopes there are is what is asked, so one that is named need not exist.
        let wanted = arguments.positionals.first
        let rows = try rows(policy, stores).filter { wanted == nil || $0.name == wanted }
        if arguments.bool("json") {
            session.printLine(json(rows).serializedString(pretty: true, indent: "  ", escapeHTML: true))
            return 0
        }
        var table = TextTable(header: arguments.bool("noheading") ? nil : ["TRANSPORT", "NAME", "TYPE", "ID", "STORE"])
        for row in rows { table.add([row.transport, row.name, row.type, row.owners, row.store]) }
        for line in table.lines { session.printLine(line) }
        return 0
    }

    private static func rows(_ policy: SignaturePolicy, _ stores: SignatureStores) throws -> [Row] {
        var result = try policy.defaults.map { try row("all", "default", $0, stores, scopes: []) }
        for (transport, scopes) in policy.transports.sorted(by: { $0.key < $1.key }) {
            for (scope, requirements) in scopes.sorted(by: { $0.key < $1.key }) {
                let places = SignaturePolicy.registryScopes(name: scope, suffix: "")
                result += try requirements.map {
                    try row(transport == "docker" ? "repository" : transport, scope, $0, stores, scopes: places)
                }
            }
        }
        return result
    }

    private static func row(
        _ transport: String, _ name: String, _ requirement: SignaturePolicy.Requirement, _ stores: SignatureStores,
        scopes: [String]
    ) throws -> Row {
        let types = ["insecureAcceptAnything": "accept", "signedBy": "signed"]
        var owners = ""
        switch requirement {
        case .signedBy(let source, _): owners = try ownerNames(source)
        case .sigstoreSigned: owners = "N/A"
        case .insecureAcceptAnything, .reject, .signedBaseLayer: break
        }
        return Row(
            transport: transport, name: name, type: types[requirement.type] ?? requirement.type, owners: owners,
            store: stores.configuredLookaside(scopes: scopes) ?? "")
    }

    private static func ownerNames(_ source: SignaturePolicy.KeySource) throws -> String {
        var names: [String] = []
        switch source {
        case .paths(let paths):
            for path in paths {
                // A missing key is what an administrator wants to see.
                let bytes = try? Files.readFile(path, limit: 4 << 20)
                names += bytes.flatMap { try? KeyOwners.ofGPGKeys($0) } ?? ["unreadable: \(path)"]
            }
        case .data(let texts):
            for text in texts {
                names += Base64.decode(text).flatMap { try? KeyOwners.ofGPGKeys($0) } ?? ["unreadable: keyData"]
            }
        }
        return names.joined(separator: ", ")
    }

    private static func json(_ rows: [Row]) -> JSONValue {
        .array(
            rows.map { row in
                var object: JSONObject = ["transport": .string(row.transport)]
                if !row.name.isEmpty {
                    object["name"] = .string(row.transport == "all" ? "* (default)" : row.name)
                    object["repo_name"] = .string(row.name)
                }
                if !row.store.isEmpty { object["sigstore"] = .string(row.store) }
                object["type"] = .string(row.type)
                if !row.owners.isEmpty { object["gpg_id"] = .string(row.owners) }
                return .object(object)
            })
    }
}

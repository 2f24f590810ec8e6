package import DockerfileSyntax

/// The options of one `RUN --mount`, with variables expanded.
package struct RunMount: Sendable {
    /// The types of mounts.
    package enum Kind: String, CaseIterable, Sendable {
        case bind, cache, tmpfs, secret, ssh
    }

    /// How concurrent users share a cache.
    package enum Sharing: String, CaseIterable, Sendable {
        case shared, `private`, locked
    }

    private static let propagations: Set<String> = ["shared", "rshared", "private", "rprivate", "slave", "rslave"]

    package var kind = Kind.bind
    /// The source stage, image or context; nil for the build context.
    package var from: String?
    /// What `from` means; nil for the build context.
    package var origin: StageGraph.Origin?
    /// The path of the files in there.
    package var source = ""
    package var target: String?
    /// Whether it is writable; nil for the default of its type.
    package var isWritable: Bool?
    package var id: String?
    package var sharing = Sharing.shared
    package var mode: UInt32?
    /// The owner; nil for root.
    package var uid, gid: UInt32?
    /// Whether a missing secret is an error.
    package var isRequired = false
    /// The environment variable for a secret; nil for none.
    package var variable: String?
    /// Options of the mount itself (`nosuid`, `size=64m`).
    package var options: [String] = []

    /// - Throws: ``BuildError`` with the invalid option.
    package init(_ options: [MountFlag.Option]) throws {
        if let name = options.last(where: { $0.key == "type" })?.value {
            guard let kind = Kind(rawValue: name) else {
                throw BuildError(
                    .invalid,
                    "invalid mount type \"\(name)\": RUN --mount takes bind, cache, tmpfs, secret and ssh"
                        + Suggestion.hint(for: name, among: Kind.allCases.map(\.rawValue)))
            }
            self.kind = kind
        }
        for option in options where option.key != "type" { try take(option) }
        if kind == .secret, options.contains(where: { $0.key == "id" }), !source.isEmpty {
            throw BuildError(.invalid, "RUN --mount=type=secret: both source and id are given")
        }
        if kind == .secret, !source.isEmpty { id = source }
        if let target, target.split(separator: "/").allSatisfy({ $0 == "." }), target.hasPrefix("/") {
            throw BuildError(.invalid, "RUN --mount=type=\(kind.rawValue): invalid mount target \"\(target)\"")
        }
        if target == nil, [.bind, .cache, .tmpfs].contains(kind) {
            throw BuildError(.invalid, "RUN --mount=type=\(kind.rawValue): must set volume destination")
        }
    }

    private mutating func take(_ option: MountFlag.Option) throws {
        switch (option.key, kind) {
        case ("target", _), ("dst", _), ("destination", _): target = try text(option)
        case ("from", .bind), ("from", .cache): from = try text(option)
        case ("source", .bind), ("src", .bind), ("source", .cache), ("src", .cache), ("source", .secret),
            ("src", .secret):
            source = try text(option)
        case ("rw", .bind), ("readwrite", .bind), ("rw", .cache), ("readwrite", .cache), ("rw", .tmpfs),
            ("readwrite", .tmpfs):
            isWritable = try flag(option)
        case ("ro", .bind), ("readonly", .bind), ("ro", .cache), ("readonly", .cache), ("ro", .tmpfs),
            ("readonly", .tmpfs):
            isWritable = try !flag(option)
        case ("id", .cache), ("id", .secret), ("id", .ssh): id = try text(option)
        case ("sharing", .cache):
            guard let sharing = Sharing(rawValue: try text(option)) else {
                throw wrong(option, choices: Sharing.allCases.map(\.rawValue))
            }
            self.sharing = sharing
        case ("mode", .cache), ("mode", .secret), ("mode", .ssh): mode = try number(option, radix: 8)
        case ("uid", .cache), ("uid", .secret), ("uid", .ssh): uid = try number(option, radix: 10)
        case ("gid", .cache), ("gid", .secret), ("gid", .ssh): gid = try number(option, radix: 10)
        case ("required", .secret), ("required", .ssh): isRequired = try flag(option)
        case ("env", .secret): variable = try text(option)
        case ("tmpfs-size", .tmpfs), ("size", .tmpfs): self.options.append("size=\(try text(option))")
        case ("tmpfs-mode", .tmpfs): self.options.append("mode=\(try text(option))")
        case ("bind-propagation", .bind):
            guard Self.propagations.contains(try text(option)) else {
                throw wrong(option, choices: Self.propagations.sorted())
            }
            self.options.append(try text(option))
        case ("nosuid", .bind), ("nodev", .bind), ("noexec", .bind), ("nosuid", .cache), ("nodev", .cache),
            ("noexec", .cache), ("nosuid", .tmpfs), ("nodev", .tmpfs), ("noexec", .tmpfs):
            self.options.append(option.key)
        // Labels only matter to SELinux, which is not used.
        case ("z", _), ("relabel", _): break
        default:
            let hint = Suggestion.hint(for: option.key, among: Self.keys)
            throw BuildError(wrong(option).code, wrong(option).message + hint)
        }
    }

    /// The keys of all types, for suggestions.
    private static let keys = [
        "type", "target", "dst", "destination", "from", "source", "src", "rw", "readwrite", "ro", "readonly", "id",
        "sharing", "mode", "uid", "gid", "required", "env", "size", "bind-propagation",
    ]

    /// Everything that decides on what a command sees of the mount, except the content of files.
    package var description: [String] {
        let numbers = [mode, uid, gid].map { $0.map { String($0) } ?? "" }
        let flags = [isWritable.map { $0 ? "rw" : "ro" } ?? "", isRequired ? "required" : ""]
        return [kind.rawValue, from ?? "", source, target ?? "", id ?? "", variable ?? ""] + numbers + flags + options
    }

    /// - Parameter choices: the values that the option may have, if they are few.
    private func wrong(_ option: MountFlag.Option, choices: [String] = []) -> BuildError {
        let text = option.value.map { "\(option.key)=\($0)" } ?? option.key
        let cure = choices.isEmpty ? "" : ": choose \(choices.joined(separator: ", "))"
        let hint = Suggestion.hint(for: option.value ?? "", among: choices)
        return BuildError(.invalid, "RUN --mount=type=\(kind.rawValue): invalid mount option \"\(text)\"\(cure)\(hint)")
    }

    private func text(_ option: MountFlag.Option) throws -> String {
        guard let value = option.value, !value.isEmpty else { throw wrong(option) }
        return value
    }

    private func flag(_ option: MountFlag.Option) throws -> Bool {
        switch option.value?.lowercased() {
        case nil, "true", "1", "t": true
        case "false", "0", "f": false
        default: throw wrong(option)
        }
    }

    private func number(_ option: MountFlag.Option, radix: Int) throws -> UInt32 {
        // The largest number is no owner: chown(2) takes it for "unchanged".
        guard let number = UInt32(try text(option), radix: radix), number < .max, radix != 8 || number <= 0o7777 else {
            throw wrong(option)
        }
        return number
    }
}

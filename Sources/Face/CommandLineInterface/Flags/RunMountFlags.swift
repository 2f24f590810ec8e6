import Glibc
import LinuxSystem
import WorkingContainers

/// `--volume` of `from` and `run`, as described in buildah-run(1).
enum RunVolumeFlag {
    /// `SOURCE:TARGET[:OPTIONS]`; a backslash escapes a colon in a path.
    static func parse(_ text: String) throws -> MountRequest {
        let parts = split(text)
        guard parts.count == 2 || parts.count == 3 else {
            throw CommandError("incorrect volume format \"\(text)\", should be host-dir:ctr-dir[:option]")
        }
        guard parts[0].hasPrefix("/") else {
            throw CommandError("invalid host path, must be an absolute path \"\(parts[0])\"")
        }
        guard parts[1].hasPrefix("/") else {
            throw CommandError("invalid container path \"\(parts[1])\", must be an absolute path")
        }
        var flags = MountFlags()
        for option in parts.count == 3 ? parts[2].split(separator: ",").map(String.init) : [] {
            guard try flags.take(option) else { throw CommandError("invalid option type \"\(option)\"") }
        }
        try flags.checkContradictions()
        let source = MountRequest.HostFile(try HostSource.real(parts[0]))
        var request = MountRequest(
            flags.isOverlay ? .overlay(source, upper: flags.upper, work: flags.work) : .host(source), at: parts[1])
        request.options = flags.options(default: "rbind")
        request.changesOwner = flags.changesOwner
        return request
    }

    private static func split(_ text: String) -> [String] {
        var parts = [""]
        var isEscaped = false
        for character in text {
            if isEscaped, character != ":" { parts[parts.count - 1].append("\\") }
            if character == ":", !isEscaped {
                parts.append("")
            } else if character != "\\" || isEscaped {
                parts[parts.count - 1].append(character)
            }
            isEscaped = character == "\\" && !isEscaped
        }
        if isEscaped { parts[parts.count - 1].append("\\") }
        return parts
    }
}

/// Mounted paths of the host.
enum HostSource {
    /// The path without symbolic links.
    static func real(_ path: String) throws -> String {
        do throws(LinuxError) {
            return try Files.realPath(path)
        } catch {
            // Go's wording, which scripts look for.
            throw CommandError("stat \(path): \(String(cString: strerror(error.code)).lowercased())")
        }
    }
}

/// The options for mounts of files.
struct MountFlags {
    private var access: [String] = []
    private var labels: [String] = []
    private var propagation: [String] = []
    private var others: [String] = []
    private var binding: String?
    private(set) var isOverlay = false
    private(set) var changesOwner = false
    private(set) var upper: String?
    private(set) var work: String?

    /// The valid values of `bind-propagation`.
    static let propagations: Set<String> = [
        "shared", "rshared", "private", "rprivate", "slave", "rslave", "unbindable", "runbindable",
    ]

    /// Returns false if it is not an option.
    mutating func take(_ option: String) throws -> Bool {
        switch option {
        case "ro", "rw": access.append(option)
        case "z", "Z": labels.append(option)
        case "O":
            labels.append(option)
            isOverlay = true
        case "U": changesOwner = true
        case "bind", "rbind": binding = option
        case "nosuid", "nodev", "noexec", "suid", "dev", "exec", "noatime": others.append(option)
        case _ where MountFlags.propagations.contains(option): propagation.append(option)
        case _ where option.hasPrefix("upperdir="): upper = try HostSource.real(String(option.dropFirst(9)))
        case _ where option.hasPrefix("workdir="): work = try HostSource.real(String(option.dropFirst(8)))
        case "copy", "nocopy", "idmap": throw CommandError("volume option \"\(option)\" is not supported")
        default: return false
        }
        return true
    }

    func checkContradictions() throws {
        func check(_ given: [String], _ what: String) throws {
            guard given.count > 1 else { return }
            throw CommandError(
                "invalid options \"\(given.joined(separator: ", "))\", can only specify 1 \(what) option")
        }
        try check(access, "'rw' or 'ro'")
        try check(labels, "'z', 'Z', or 'O'")
        try check(propagation, "'[r]shared', '[r]private', '[r]slave' or '[r]unbindable'")
        guard isOverlay || (upper == nil && work == nil) else {
            throw CommandError("cannot specify `upperdir` or `workdir` without volume option `O`")
        }
        guard (upper == nil) == (work == nil) else {
            throw CommandError("cannot specify `upperdir` or `workdir` alone: both are needed")
        }
    }

    var isReadOnly: Bool { access.last == "ro" }
    /// Whether write access was asked for.
    var isWritable: Bool { access.last == "rw" }

    /// Labels only matter to SELinux, which is not supported.
    func options(default binding: String) -> [String] {
        access + propagation + others + [self.binding ?? binding]
    }
}

/// `--mount` of `run`.
enum RunMountFlag {
    /// - Parameter context: the base directory of relative sources; nil: the working directory.
    static func parse(_ text: String, context: String?) throws -> MountRequest {
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard words.count >= 2 else {
            throw CommandError(
                "\"\(text)\": incorrect mount format: should be --mount "
                    + "type=<bind|tmpfs>,[src=<host-dir>,]target=<ctr-dir>[,options]")
        }
        var type = "bind"
        var rest: [(key: String, value: String?)] = []
        for word in words {
            let (key, value) = KeyValueFlag.split(word)
            if key == "type" { type = value ?? "" } else { rest.append((key, value)) }
        }
        switch type {
        case "bind": return try bind(rest, context)
        case "tmpfs": return try tmpfs(rest)
        case "cache": return try cache(rest)
        default: throw CommandError("invalid filesystem type \"\(type)\"")
        }
    }

    private typealias Pairs = [(key: String, value: String?)]

    private static func isTrue(_ value: String?) throws -> Bool {
        switch value {
        case nil, "1", "t", "T", "true", "TRUE", "True": return true
        case "0", "f", "F", "false", "FALSE", "False": return false
        case let other?: throw CommandError("invalid mount option: \"\(other)\" is neither true nor false")
        }
    }

    private static func required(_ value: String?, _ key: String) throws -> String {
        guard let value, !value.isEmpty else { throw CommandError("\(key): no value given for mount option") }
        return value
    }

    /// Parses the options common to all types; returns false for others.
    private static func takeCommon(_ key: String, _ value: String?, _ target: inout String, _ flags: inout MountFlags)
        throws -> Bool
    {
        switch key {
        case "target", "dst", "destination":
            target = try required(value, key)
            guard target.hasPrefix("/") else {
                throw CommandError("invalid container path \"\(target)\", must be an absolute path")
            }
        case "ro", "readonly", "read-only": _ = try flags.take(try isTrue(value) ? "ro" : "rw")
        case "rw", "readwrite": _ = try flags.take(try isTrue(value) ? "rw" : "ro")
        case "bind-propagation":
            let mode = try required(value, key)
            guard MountFlags.propagations.contains(mode), try flags.take(mode) else {
                throw CommandError("invalid mount option: bind-propagation=\(mode)")
            }
        case "relabel": _ = try flags.take(value == "private" ? "Z" : "z")
        case "consistency": break
        case "nosuid", "nodev", "noexec", "z", "Z", "U", "shared", "rshared", "private", "rprivate", "slave", "rslave",
            "unbindable", "runbindable", "O", "rbind", "bind":
            return try flags.take(key)
        default: return false
        }
        return true
    }

    private static func bind(_ pairs: Pairs, _ context: String?) throws -> MountRequest {
        var (source, from, target) = ("", "", "")
        var flags = MountFlags()
        for (key, value) in pairs {
            switch key {
            case "src", "source": source = try required(value, key)
            case "from": from = try required(value, key)
            case "bind-nonrecursive": _ = try flags.take(try isTrue(value) ? "bind" : "rbind")
            default:
                guard try takeCommon(key, value, &target, &flags) else {
                    throw CommandError("\(key): invalid mount option")
                }
            }
        }
        guard !target.isEmpty else { throw CommandError("must set volume destination") }
        try flags.checkContradictions()
        var request: MountRequest
        if !from.isEmpty {
            request = MountRequest(.files(of: from, path: source.isEmpty ? "/" : source), at: target)
        } else {
            let file =
                try context.map { MountRequest.HostFile(source, in: try HostSource.real($0)) }
                ?? MountRequest.HostFile(try HostSource.real(source.isEmpty ? "." : source))
            // As in builds, what is written is discarded.
            let isOverlay = flags.isOverlay || flags.isWritable
            request = MountRequest(isOverlay ? .overlay(file, upper: nil, work: nil) : .host(file), at: target)
        }
        request.options = flags.options(default: "rbind")
        // Unlike `--volume`, and as in builds: read-only unless specified otherwise.
        if !flags.isOverlay, !request.options.contains("rw") { request.options.append("ro") }
        request.changesOwner = flags.changesOwner
        return request
    }

    private static func tmpfs(_ pairs: Pairs) throws -> MountRequest {
        var target = ""
        var flags = MountFlags()
        var data: [String] = []
        var copiesUp = false
        for (key, value) in pairs {
            switch key {
            case "src", "source": throw CommandError("source is not supported with tmpfs mounts")
            case "tmpcopyup": copiesUp = try isTrue(value)
            case "notmpcopyup": copiesUp = false
            case "tmpfs-size", "size": data.append("size=\(try required(value, key))")
            case "tmpfs-mode", "mode": data.append("mode=\(try required(value, key))")
            default:
                guard try takeCommon(key, value, &target, &flags) else {
                    throw CommandError("\(key): invalid mount option")
                }
            }
        }
        guard !target.isEmpty else { throw CommandError("must set volume destination") }
        var request = MountRequest(.memory(copiesUp: copiesUp), at: target)
        request.options = ["nosuid", "nodev"] + flags.options(default: "").filter { !$0.isEmpty && $0 != "rw" } + data
        return request
    }

    private static func cache(_ pairs: Pairs) throws -> MountRequest {
        var target = ""
        var flags = MountFlags()
        var cache = MountRequest.Cache(id: "")
        func number(_ value: String?, _ key: String, radix: Int = 10) throws -> UInt32 {
            guard let number = UInt32(try required(value, key), radix: radix), number < .max else {
                throw CommandError("\(key): invalid mount option: \"\(value ?? "")\" is not a number")
            }
            return number
        }
        for (key, value) in pairs {
            switch key {
            case "id": cache.id = try required(value, key)
            case "mode": cache.mode = try number(value, key, radix: 8) & 0o7777
            case "uid": cache.uid = try number(value, key)
            case "gid": cache.gid = try number(value, key)
            case "sharing":
                switch value {
                case "shared": break
                case "locked": cache.isLocked = true
                default:
                    throw CommandError(
                        "unrecognized value \"\(value ?? "")\" for field `sharing`: use shared or locked")
                }
            case "from", "src", "source": throw CommandError("--mount type=cache,\(key)= is not supported")
            default:
                guard try takeCommon(key, value, &target, &flags) else {
                    throw CommandError("\(key): invalid mount option")
                }
            }
        }
        guard !target.isEmpty else { throw CommandError("must set volume destination") }
        if cache.id.isEmpty { cache.id = target }
        var request = MountRequest(.cache(cache), at: target)
        request.options = flags.options(default: "rbind")
        return request
    }
}

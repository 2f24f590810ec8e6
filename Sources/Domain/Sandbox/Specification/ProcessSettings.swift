import Glibc

/// A container's standard streams.
package struct StandardStreams: Sendable, Equatable {
    /// One stream.
    package enum Stream: Sendable, Equatable {
        /// Inherited from this process.
        case inherit
        /// `/dev/null`.
        case null
        /// An open descriptor of this process, which remains open here.
        case descriptor(Int32)
    }

    /// The three streams.
    package var input, output, error: Stream

    /// All streams are inherited by default.
    package init(input: Stream = .inherit, output: Stream = .inherit, error: Stream = .inherit) {
        self.input = input
        self.output = output
        self.error = error
    }
}

/// A pseudo-terminal for the container.
package struct TerminalRequest: Sendable, Equatable {
    /// Its initial size unless this process's own terminal, if any, determines it; 0 for unknown.
    package var rows, columns: UInt16

    /// A terminal of this size.
    package init(rows: UInt16 = 0, columns: UInt16 = 0) {
        self.rows = rows
        self.columns = columns
    }

    /// With the size of this process's own terminal, if it has one.
    func sized() -> TerminalRequest {
        var size = winsize()
        for descriptor in [STDIN_FILENO, STDOUT_FILENO] where ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 {
            return TerminalRequest(rows: size.ws_row, columns: size.ws_col)
        }
        return self
    }
}

/// A device file in the container's `/dev`.
package struct SandboxDevice: Sendable, Equatable {
    /// Its path below `/dev`.
    package var path: String
    /// Whether it is a block device.
    package var isBlock: Bool
    /// Its device numbers.
    package var major, minor: UInt32
    /// Permission bits.
    package var mode: UInt32
    /// Owner, in ids of the container.
    package var uid, gid: UInt32
    /// The host's device file, which is bind-mounted if device nodes cannot be created.
    package var hostPath: String

    /// A device; `hostPath` defaults to the same path.
    package init(
        path: String, isBlock: Bool = false, major: UInt32, minor: UInt32, mode: UInt32 = 0o666, uid: UInt32 = 0,
        gid: UInt32 = 0, hostPath: String? = nil
    ) {
        self.path = path
        self.isBlock = isBlock
        self.major = major
        self.minor = minor
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.hostPath = hostPath ?? path
    }

    /// The devices of every container (runtime-spec, config-linux.md, Default Devices).
    package static let standard = [
        SandboxDevice(path: "/dev/null", major: 1, minor: 3), SandboxDevice(path: "/dev/zero", major: 1, minor: 5),
        SandboxDevice(path: "/dev/full", major: 1, minor: 7), SandboxDevice(path: "/dev/random", major: 1, minor: 8),
        SandboxDevice(path: "/dev/urandom", major: 1, minor: 9), SandboxDevice(path: "/dev/tty", major: 5, minor: 0),
    ]
}

/// A resource limit of setrlimit(2).
package struct ResourceLimit: Sendable, Equatable {
    /// The resource's name in the syntax of ulimits, such as `nofile`.
    package let name: String
    /// The limits; `UInt64.max` for unlimited.
    package var soft, hard: UInt64

    private static let resources: [String: Int32] = [
        "cpu": 0, "fsize": 1, "data": 2, "stack": 3, "core": 4, "rss": 5, "nproc": 6, "nofile": 7, "memlock": 8,
        "as": 9, "locks": 10, "sigpending": 11, "msgqueue": 12, "nice": 13, "rtprio": 14, "rttime": 15,
    ]

    /// The kernel's resource number.
    var resource: Int32 { Self.resources[name] ?? -1 }

    /// A limit. The name may be `nofile` or `RLIMIT_NOFILE`; an unknown one is an error of code `unknownOption`.
    package init(_ name: String, soft: UInt64, hard: UInt64) throws(SandboxError) {
        var lowered = name.lowercased()
        if lowered.hasPrefix("rlimit_") {
            lowered.removeFirst("rlimit_".count)
        }
        guard Self.resources[lowered] != nil else {
            throw SandboxError(.unknownOption, "unknown resource limit \"\(name)\"")
        }
        guard soft <= hard else {
            throw SandboxError(
                .unknownOption, "resource limit \(lowered): soft limit \(soft) exceeds hard limit \(hard)")
        }
        self.name = lowered
        self.soft = soft
        self.hard = hard
    }

    /// Parses `NAME=SOFT[:HARD]` of `--ulimit`; -1 and `unlimited` mean no limit, `host` must be handled by the caller.
    package init(parsing text: String) throws(SandboxError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let values = parts.count == 2 ? parts[1].split(separator: ":", omittingEmptySubsequences: false) : []
        let numbers = values.map { $0 == "-1" || $0 == "unlimited" ? UInt64.max : UInt64($0) }
        guard numbers.count == 1 || numbers.count == 2, let soft = numbers[0], let hard = numbers[numbers.count - 1]
        else {
            throw SandboxError(.unknownOption, "invalid ulimit \"\(text)\": expected NAME=SOFT[:HARD]")
        }
        try self.init(String(parts[0]), soft: soft, hard: hard)
    }
}

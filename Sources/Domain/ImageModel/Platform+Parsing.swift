extension Platform {
    private static let knownSystems: Set<String> = [
        "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
        "openbsd", "plan9", "solaris", "windows", "zos",
    ]

    private static let knownArchitectures: Set<String> = [
        "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64",
        "mips64le", "mips64p32", "mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc",
        "sparc64", "wasm",
    ]

    /// Parses the value of `--platform`: `os/arch`, `os/arch/variant`, only one of the two (the other defaults to the
    /// host's), or `local` for the host. The result is normalized: `linux/arm` is `linux/arm/v7`, `linux/aarch64` and
    /// `linux/arm64/v8` are `linux/arm64`.
    ///
    /// Throws `ImageModelError` of kind `invalidPlatform`.
    package static func parse(_ text: String) throws(ImageModelError) -> Platform {
        if text == "local" { return host.normalized }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...3).contains(parts.count), parts.allSatisfy(isSpecifier) else {
            throw ImageModelError(.invalidPlatform, "\"\(text)\" is not a platform: expected os/arch[/variant]")
        }
        if parts.count == 1 {
            return try parseSingle(parts[0])
        }
        let (architecture, variant) = normalizedArchitecture(parts[1], variant: parts.count == 3 ? parts[2] : "")
        return Platform(architecture: architecture, os: normalizedSystem(parts[0]), variant: variant)
    }

    private static func parseSingle(_ name: String) throws(ImageModelError) -> Platform {
        let system = normalizedSystem(name)
        if knownSystems.contains(system) {
            return Platform(architecture: host.architecture, os: system, variant: host.variant).normalized
        }
        let (architecture, variant) = normalizedArchitecture(name, variant: "")
        guard knownArchitectures.contains(architecture) else {
            throw ImageModelError(.invalidPlatform, "\"\(name)\" is neither a known operating system nor architecture")
        }
        return Platform(architecture: architecture, os: host.os, variant: variant)
    }

    private static func isSpecifier(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// The platform with Go's lower-case names and without a baseline variant.
    package var normalized: Platform {
        var result = self
        result.os = Self.normalizedSystem(os)
        (result.architecture, result.variant) = Self.normalizedArchitecture(architecture, variant: variant ?? "")
        return result
    }

    /// Go's name and the variant of an architecture under any of its names: those of `uname -m`, Debian or Docker. The
    /// baseline variant (`v8` of arm64, `v1` of amd64) is nil.
    package static func normalizedArchitecture(_ name: String, variant: String = "") -> (name: String, variant: String?)
    {
        let variant = variant.lowercased()
        switch name.lowercased() {
        case "i386", "i486", "i586", "i686", "x86": return ("386", nil)
        case "x86_64", "x86-64", "amd64": return ("amd64", variant == "v1" ? nil : variant.nonEmpty)
        case "aarch64", "arm64": return ("arm64", ["8", "v8", ""].contains(variant) ? nil : variant)
        case "armhf", "armv7l", "armv7": return ("arm", "v7")
        case "armel", "armv6l", "armv6": return ("arm", "v6")
        case "armv5tel", "armv5": return ("arm", "v5")
        case "armv8l": return ("arm", "v8")
        case "arm":
            switch variant {
            case "", "7": return ("arm", "v7")
            case "5", "6", "8": return ("arm", "v" + variant)
            default: return ("arm", variant)
            }
        case "loongarch64": return ("loong64", variant.nonEmpty)
        case let other: return (other, variant.nonEmpty)
        }
    }

    private static func normalizedSystem(_ name: String) -> String {
        let name = name.lowercased()
        return name == "macos" ? "darwin" : name
    }
}

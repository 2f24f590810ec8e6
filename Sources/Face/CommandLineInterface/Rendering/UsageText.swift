import LinuxSystem

/// A step's use of resources, in the words of Buildah: `1ms(system) 20ms(user) 1.5s(elapsed) 0B input 4.096kB output`.
enum UsageText {
    static func line(_ usage: ResourceUsage) -> String {
        "\(duration(usage.system))(system) \(duration(usage.user))(user) \(duration(usage.elapsed))(elapsed) "
            + "\(HumanUnits.compactSize(usage.input)) input \(HumanUnits.compactSize(usage.output)) output\n"
    }

    /// Go's notation: `0s`, `5ms`, `1.25s`, `2m3.5s`.
    static func duration(_ milliseconds: Int64) -> String {
        if milliseconds == 0 { return "0s" }
        if milliseconds < 1000 { return "\(milliseconds)ms" }
        let (minutes, rest) = (milliseconds / 60_000, milliseconds % 60_000)
        var fraction = String(String(rest % 1000 + 1000).dropFirst())
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let seconds = "\(rest / 1000)\(fraction.isEmpty ? "" : ".\(fraction)")s"
        if minutes == 0 { return seconds }
        return minutes < 60 ? "\(minutes)m\(seconds)" : "\(minutes / 60)h\(minutes % 60)m\(seconds)"
    }
}

import LinuxSystem

/// Human-readable sizes and ages, in the formats of related tools.
enum HumanUnits {
    /// Decimal units with three significant digits: `2.13 MB`.
    static func size(_ bytes: Int64) -> String {
        size(bytes, units: ["B", "kB", "MB", "GB", "TB", "PB"])
    }

    /// The same in the format of Buildah's image list.
    static func imageSize(_ bytes: Int64) -> String {
        size(bytes, units: ["B", "KB", "MB", "GB", "TB"])
    }

    private static func size(_ bytes: Int64, units: [String]) -> String {
        var value = Double(bytes)
        var unit = 0
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return "\(significant(value)) \(units[unit])"
    }

    /// The same without a space and with Go's `%.4g`: `1.98MB`.
    static func compactSize(_ bytes: Int64) -> String {
        var value = Double(bytes)
        var unit = 0
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return "\(significant(value))\(units[unit])"
    }

    /// At most four significant digits like Go's `%.3g`, without trailing zeros.
    private static func significant(_ value: Double) -> String {
        let places = value >= 100 ? 0 : value >= 10 ? 1 : 2
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        var text = "\(rounded)"
        if text.hasSuffix(".0") { text.removeLast(2) }
        return text
    }

    /// Go's time format: `2026-01-02 03:04:05.12 +0000 UTC`.
    static func goTime(_ time: FileTime) -> String {
        Clock.rfc3339(time).dropLast().split(separator: "T").joined(separator: " ") + " +0000 UTC"
    }

    /// Go's time format: `2024-01-02 03:04:05.5 +0000 UTC`.
    static func time(_ time: FileTime) -> String {
        let text = Clock.rfc3339(time)
        guard let middle = text.firstIndex(of: "T") else { return text }
        return "\(text[..<middle]) \(text[text.index(after: middle)...].dropLast()) +0000 UTC"
    }

    /// `3 minutes ago`, in the wording of go-units; `unknown` for Go's zero time, which stands for none.
    static func age(since then: FileTime, now: FileTime) -> String {
        guard then.seconds > -62_135_596_800 else { return "unknown" }
        return duration(seconds: max(0, now.seconds - then.seconds)) + " ago"
    }

    private static func duration(seconds: Int64) -> String {
        if seconds < 1 { return "Less than a second" }
        if seconds == 1 { return "1 second" }
        if seconds < 60 { return "\(seconds) seconds" }
        let minutes = seconds / 60
        if minutes == 1 { return "About a minute" }
        if minutes < 60 { return "\(minutes) minutes" }
        let hours = (seconds + 1800) / 3600
        if hours == 1 { return "About an hour" }
        if hours < 48 { return "\(hours) hours" }
        let days = hours / 24
        if days < 14 { return "\(days) days" }
        if days < 60 { return "\(days / 7) weeks" }
        if days < 730 { return "\(days / 30) months" }
        return "\(days / 365) years"
    }
}

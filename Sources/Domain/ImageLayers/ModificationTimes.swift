package import LinuxSystem

/// The modification times of files in a layer's archive.
package enum ModificationTimes: Sendable, Equatable {
    /// Each file's own.
    case own
    /// The same for all (`--timestamp`).
    case fixed(FileTime)
    /// Each file's own, but none later than this (`--rewrite-timestamp`).
    case atMost(FileTime)

    /// The time in the archive for a file modified at `time`.
    package func time(of time: FileTime) -> FileTime {
        switch self {
        case .own: time
        case .fixed(let fixed): fixed
        case .atMost(let latest): min(time, latest)
        }
    }
}

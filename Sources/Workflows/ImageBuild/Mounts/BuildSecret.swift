import LinuxSystem

/// A secret that commands can read while they run, and that is not in any layer.
package enum BuildSecret: Sendable, Equatable {
    /// The content of a file, resolved before the first step and read when a command requests it.
    case file(String)
    case value([UInt8])

    /// The maximum size in bytes.
    private static let limit = 4 << 20

    /// - Parameter lookUp: resolves a file of the host.
    func content(_ lookUp: (String) throws -> PathHandle) throws -> [UInt8] {
        switch self {
        case .file(let path): try lookUp(path).readFile(limit: BuildSecret.limit)
        case .value(let bytes): bytes
        }
    }
}

import LinuxSystem

/// Something that commands may see while they run, and that is in no layer.
package enum BuildSecret: Sendable, Equatable {
    /// The content of a file, looked up before the first step and read when a command asks for it.
    case file(String)
    case value([UInt8])

    /// No secret is larger.
    private static let limit = 4 << 20

    /// - Parameter lookUp: finds a file of the host.
    func content(_ lookUp: (String) throws -> PathHandle) throws -> [UInt8] {
        switch self {
        case .file(let path): try lookUp(path).readFile(limit: BuildSecret.limit)
        case .value(let bytes): bytes
        }
    }
}

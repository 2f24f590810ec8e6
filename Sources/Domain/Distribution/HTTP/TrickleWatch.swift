import HTTPHeaders
import LinuxSystem

/// Aborts a transfer that only trickles: an occasional byte would keep the connection from ever being idle.
///
/// Only time spent waiting for the server counts, so a slow reader never aborts it.
struct TrickleWatch {
    /// The waiting time after which to judge the server.
    private static let window = Duration.seconds(120)
    /// The minimum number of bytes to arrive in that time.
    private static let minimum = 64 << 10

    private var waited = Duration.zero
    private var bytes = 0

    /// Accounts for bytes that arrived after a wait, or for the end.
    ///
    /// - Throws: ``RegistryError`` of kind `unreachable` if too few bytes arrive in too much time. Retrying would only
    ///   multiply the time.
    mutating func add(_ count: Int, waited duration: Duration, _ address: WebAddress) throws {
        waited += duration
        bytes = bytes.addingSaturated(count)
        guard waited >= Self.window else { return }
        guard bytes >= Self.minimum || count == 0 else {
            let seconds = waited.components.seconds
            throw RegistryError(.unreachable, "\(address): only \(bytes) bytes arrived in \(seconds) seconds")
        }
        (waited, bytes) = (.zero, 0)
    }
}

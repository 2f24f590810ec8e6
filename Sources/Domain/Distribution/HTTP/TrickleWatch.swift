import HTTPHeaders
import LinuxSystem

/// Ends a transfer that only trickles: a byte now and then keeps a connection from ever being idle.
///
/// Only the time that is spent waiting for the server counts, so that a slow reader never ends one.
struct TrickleWatch {
    /// How long a server is waited for before it is judged.
    private static let window = Duration.seconds(120)
    /// Bytes that must have arrived until then.
    private static let minimum = 64 << 10

    private var waited = Duration.zero
    private var bytes = 0

    /// Bytes have arrived, or the end, after a wait.
    ///
    /// - Throws: ``RegistryError`` of kind `interrupted` where too few bytes come in too much time.
    mutating func add(_ count: Int, waited duration: Duration, _ address: WebAddress) throws {
        waited += duration
        bytes = bytes.addingSaturated(count)
        guard waited >= Self.window else { return }
        guard bytes >= Self.minimum || count == 0 else {
            let seconds = waited.components.seconds
            throw RegistryError(.interrupted, "\(address): only \(bytes) bytes arrived in \(seconds) seconds")
        }
        (waited, bytes) = (.zero, 0)
    }
}

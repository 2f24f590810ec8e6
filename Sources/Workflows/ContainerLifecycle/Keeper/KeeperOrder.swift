import Glibc

/// What the keeper's main thread, which runs the container, tells the thread that serves its streams, through a pipe.
struct KeeperOrder {
    enum Kind: UInt8 {
        /// The container is about to run; numbers: descriptors of its input, output and error, or -1.
        case begin = 1
        /// Number: the controller of its terminal.
        case console
        /// It has ended; number: the exit code. Answered with `drained`.
        case end
        /// No container follows.
        case quit
    }

    let kind: Kind
    var numbers: [Int32] = [-1, -1, -1]

    static let size = 13

    /// The thread's answers, one byte each.
    static let drained = UInt8(ascii: "D")
    static let stopRequested = UInt8(ascii: "S")

    func send(to pipe: Int32) {
        var bytes = [kind.rawValue]
        for number in numbers { withUnsafeBytes(of: number) { bytes += $0 } }
        _ = Glibc.write(pipe, bytes, bytes.count)
    }

    /// Reads one; nil when the sender is gone.
    static func receive(from pipe: Int32) -> KeeperOrder? {
        var bytes = [UInt8](repeating: 0, count: size)
        var count = read(pipe, &bytes, size)
        while count < 0, errno == EINTR { count = read(pipe, &bytes, size) }
        guard count == size, let kind = Kind(rawValue: bytes[0]) else { return nil }
        let numbers = (0..<3).map { index in
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 1 + 4 * index, as: Int32.self) }
        }
        return KeeperOrder(kind: kind, numbers: numbers)
    }
}

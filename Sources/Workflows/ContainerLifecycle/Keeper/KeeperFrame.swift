/// One message between a container's keeper and a client of it: a kind, the length of its content (four bytes, big-endian),
/// and the content.
struct KeeperFrame {
    enum Kind: UInt8 {
        /// Of clients: attaches; the content is a ``KeeperStreams`` set.
        case attach = 1
        case input, inputEnd
        /// Rows and columns, two bytes each.
        case size
        /// The container is to end: it is not restarted any more.
        case holdRestarts
        /// Of the keeper.
        case accepted, output, error
        /// The exit code, four bytes.
        case exit
    }

    let kind: Kind
    var content: [UInt8] = []

    static let mostContent = 1 << 16
    static let headerSize = 5

    var bytes: [UInt8] {
        [kind.rawValue] + KeeperFrame.bigEndian(UInt32(truncatingIfNeeded: content.count)) + content
    }

    static func bigEndian(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

    static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// Splits what arrives on a connection into frames.
struct KeeperFrameParser {
    private var buffer: [UInt8] = []

    mutating func add(_ bytes: ArraySlice<UInt8>) { buffer += bytes }

    /// The next complete frame; nil when more bytes are needed.
    ///
    /// - Throws: ``ContainerError`` for what is not of this protocol.
    mutating func next() throws(ContainerError) -> KeeperFrame? {
        guard buffer.count >= KeeperFrame.headerSize else { return nil }
        let size = Int(KeeperFrame.number(buffer[1..<KeeperFrame.headerSize]))
        guard let kind = KeeperFrame.Kind(rawValue: buffer[0]), size <= KeeperFrame.mostContent else {
            throw ContainerError(.invalid, "unexpected message between container and client")
        }
        let end = KeeperFrame.headerSize + size
        guard buffer.count >= end else { return nil }
        defer { buffer.removeFirst(end) }
        return KeeperFrame(kind: kind, content: Array(buffer[KeeperFrame.headerSize..<end]))
    }
}

/// The streams of a container that a client is attached to.
package struct KeeperStreams: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let input = KeeperStreams(rawValue: 1)
    package static let output = KeeperStreams(rawValue: 2)
    package static let error = KeeperStreams(rawValue: 4)
}

/// Divides a stream into chunks at places that depend on the content alone: an insertion changes only the chunks around
/// it. (A rolling "gear" hash, as in FastCDC; Xia et al., 2016.)
package struct ContentChunker: Sendable {
    /// The smallest chunk but the last, and the largest, in bytes.
    package static let minimumSize = 512 << 10
    package static let maximumSize = 8 << 20
    /// A boundary is where these bits of the hash are zero: on average, 2 MiB after the smallest chunk.
    private static let mask: UInt64 = ((1 << 21) - 1) << 43

    private var pending: [UInt8] = []
    private var hash: UInt64 = 0

    package init() {}

    /// Takes the next bytes of the stream and passes on every chunk that is complete.
    package mutating func write(
        _ bytes: UnsafeRawBufferPointer, emit: (_ chunk: [UInt8]) throws -> Void
    ) throws {
        var start = 0
        while start < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
            guard let end = boundary(in: rest) else {
                pending.append(contentsOf: rest)
                return
            }
            pending.append(contentsOf: rest[..<end])
            try emit(pending)
            pending.removeAll(keepingCapacity: true)
            hash = 0
            start += end
        }
    }

    /// Passes on what is left at the end of the stream.
    package mutating func finish(emit: (_ chunk: [UInt8]) throws -> Void) throws {
        if !pending.isEmpty { try emit(pending) }
        pending = []
        hash = 0
    }

    /// The number of bytes up to the end of the current chunk; nil if it does not end here.
    private mutating func boundary(in bytes: UnsafeRawBufferPointer) -> Int? {
        // Bytes before the smallest size need not be hashed, but for the window of 64 that still has an effect.
        let skipped = min(max(Self.minimumSize - 64 - pending.count, 0), bytes.count)
        var size = pending.count + skipped
        for place in skipped..<bytes.count {
            hash = (hash << 1) &+ Self.gear[Int(bytes[place])]
            size += 1
            if size >= Self.maximumSize || (size >= Self.minimumSize && hash & Self.mask == 0) { return place + 1 }
        }
        return nil
    }

    /// Random numbers, the same forever: other ones would divide everything anew (SplitMix64 from 0).
    private static let gear: [UInt64] = {
        var state: UInt64 = 0
        return (0..<256).map { _ in
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }()
}

import Glibc

/// Why a stream could not be read or written.
package struct CompressionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong.
    package enum Kind: Sendable, Equatable {
        /// The input ends in the middle of a compressed stream.
        case truncated
        /// The input is not a valid compressed stream, or has trailing data.
        case corrupt
        /// The content's checksum or length does not match.
        case checksumMismatch
        /// Decompressing would need more memory than is allowed for hostile input.
        case memoryLimit
        /// The content is larger than the reader accepts (`LimitedSource`).
        case limitExceeded
        /// The format or one of its options is not supported here.
        case unsupported
        /// A system call failed, or memory or threads ran out.
        case system(errno: Int32)
        /// The stream was used after it was finished or stopped.
        case closed
    }

    /// What went wrong.
    package let kind: Kind
    /// A one-line message.
    package let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    static func truncated(_ format: Compression) -> CompressionError {
        CompressionError(.truncated, "\(format.rawValue) stream is truncated")
    }

    static func corrupt(_ format: Compression, _ detail: String) -> CompressionError {
        CompressionError(.corrupt, "corrupt \(format.rawValue) stream: \(detail)")
    }

    static func checksumMismatch(_ format: Compression) -> CompressionError {
        CompressionError(.checksumMismatch, "\(format.rawValue) stream has a checksum mismatch")
    }

    static func memoryLimit(_ format: Compression, limit: UInt64) -> CompressionError {
        CompressionError(
            .memoryLimit,
            "\(format.rawValue) stream needs more memory to decompress than the limit of \(limit >> 20) MiB")
    }

    static func outOfMemory(_ format: Compression) -> CompressionError {
        CompressionError(.system(errno: ENOMEM), "no memory for the \(format.rawValue) codec")
    }
}

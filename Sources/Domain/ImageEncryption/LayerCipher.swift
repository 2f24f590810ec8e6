import Crypto
import CryptoExtras
import FoundationEssentials
import LinuxSystem
package import StreamCompression

/// The secret with which a layer is encrypted: AES-256 in counter mode, and an HMAC-SHA-256 of the ciphertext by the
/// same key, as ocicrypt's `AES_256_CTR_HMAC_SHA256` has it.
package struct LayerCipher: Sendable, Equatable {
    static let name = "AES_256_CTR_HMAC_SHA256"

    let key: [UInt8]
    let nonce: [UInt8]
    /// The HMAC that the ciphertext must have; nil when it is about to be computed.
    let mac: [UInt8]?

    /// A cipher with a new random key.
    package init() {
        key = RandomBytes.bytes(32)
        nonce = RandomBytes.bytes(16)
        mac = nil
    }

    init(key: [UInt8], nonce: [UInt8], mac: [UInt8]) throws(EncryptionError) {
        guard key.count == 32 else {
            throw EncryptionError("invalid key length of \(key.count) bytes; need 32 bytes")
        }
        guard nonce.count == 16 else { throw EncryptionError("invalid nonce length of \(nonce.count) bytes; need 16") }
        guard mac.count == 32 else { throw EncryptionError("HMAC is not provided for decryption process") }
        self.key = key
        self.nonce = nonce
        self.mac = mac
    }

    /// What `plaintext` becomes.
    package func encrypting(_ plaintext: any ByteSource) -> EncryptingSource { EncryptingSource(plaintext, self) }

    /// What `ciphertext` was. The source throws ``EncryptionError`` at the end, before its last bytes, unless the
    /// ciphertext has the HMAC; it reads the ciphertext to its end.
    package func decrypting(_ ciphertext: any ByteSource) -> any ByteSource { DecryptingSource(ciphertext, self) }
}

/// Counter mode over consecutive chunks whose lengths are multiples of the block size, except for the last.
private struct KeyStream {
    private let key: SymmetricKey
    private var high: UInt64
    private var low: UInt64

    init(_ cipher: LayerCipher) {
        key = SymmetricKey(data: cipher.key)
        high = cipher.nonce[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = cipher.nonce[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func apply(to chunk: UnsafeRawBufferPointer) throws -> [UInt8] {
        let counter = [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - $0 * 8)) } }
        let result = try AES._CTR.encrypt(chunk, using: key, nonce: AES._CTR.Nonce(nonceBytes: counter))
        let (sum, overflow) = low.addingReportingOverflow(UInt64(chunk.count / 16))
        low = sum
        if overflow { high &+= 1 }
        return Array(result)
    }
}

/// Reads a source in chunks and passes on what becomes of them.
private struct ChunkedPass {
    private static let size = 256 << 10

    private let upstream: any ByteSource
    private let buffer = ChunkBuffer(size: Self.size)
    private var ready: [UInt8] = []
    private var taken = 0
    private(set) var isFinished = false

    init(_ upstream: any ByteSource) {
        self.upstream = upstream
    }

    /// - Parameter transform: what a chunk becomes, and whether it is the last, which may be empty.
    mutating func read(
        into destination: UnsafeMutableRawBufferPointer,
        _ transform: (UnsafeRawBufferPointer, _ isLast: Bool) throws -> [UInt8]
    ) throws -> Int {
        while taken == ready.count {
            guard !isFinished else { return 0 }
            let count = try upstream.readFully(into: buffer.bytes)
            isFinished = count < Self.size
            ready = try transform(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count]), isFinished)
            taken = 0
        }
        let count = min(destination.count, ready.count - taken)
        ready.withUnsafeBytes {
            destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[taken..<(taken + count)]))
        }
        taken += count
        return count
    }
}

/// Memory that is released with its owner.
private final class ChunkBuffer {
    let bytes: UnsafeMutableRawBufferPointer

    init(size: Int) {
        bytes = .allocate(byteCount: size, alignment: 4096)
    }

    deinit {
        bytes.deallocate()
    }
}

/// Encrypts what it reads.
package final class EncryptingSource: ByteSource {
    private var pass: ChunkedPass
    private var stream: KeyStream
    private var authentication: HMAC<SHA256>

    fileprivate init(_ plaintext: any ByteSource, _ cipher: LayerCipher) {
        pass = ChunkedPass(plaintext)
        stream = KeyStream(cipher)
        authentication = HMAC(key: SymmetricKey(data: cipher.key))
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try pass.read(into: buffer) { chunk, _ in
            let ciphertext = try stream.apply(to: chunk)
            authentication.update(data: ciphertext)
            return ciphertext
        }
    }

    /// The HMAC of the ciphertext; nil before its end has been read.
    package var mac: [UInt8]? { pass.isFinished ? Array(authentication.finalize()) : nil }
}

private final class DecryptingSource: ByteSource {
    private var pass: ChunkedPass
    private var stream: KeyStream
    private var authentication: HMAC<SHA256>
    private let expected: [UInt8]

    init(_ ciphertext: any ByteSource, _ cipher: LayerCipher) {
        pass = ChunkedPass(ciphertext)
        stream = KeyStream(cipher)
        authentication = HMAC(key: SymmetricKey(data: cipher.key))
        expected = cipher.mac ?? []
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try pass.read(into: buffer) { chunk, isLast in
            authentication.update(bufferPointer: chunk)
            // Nothing of the end is passed on before the verdict.
            guard !isLast || Array(authentication.finalize()) == expected else {
                throw EncryptionError("could not properly decrypt the layer: its HMAC does not match")
            }
            return try stream.apply(to: chunk)
        }
    }
}

extension HMAC {
    fileprivate mutating func update(bufferPointer: UnsafeRawBufferPointer) {
        update(data: bufferPointer)
    }
}

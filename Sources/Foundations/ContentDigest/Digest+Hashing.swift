import Crypto

extension Digest {
    /// The SHA-256 digest of bytes in memory.
    package static func sha256(of bytes: [UInt8]) -> Digest {
        bytes.withUnsafeBytes { sha256(of: $0) }
    }

    /// The SHA-256 digest of bytes in memory.
    package static func sha256(of bytes: UnsafeRawBufferPointer) -> Digest {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        return Digest(.sha256, hash: hash.finalize())
    }

    /// The SHA-256 digest of a string's UTF-8 bytes.
    package static func sha256(of text: String) -> Digest {
        sha256(of: Array(text.utf8))
    }

    /// The digest of bytes in memory by `algorithm`.
    package static func hash(_ bytes: [UInt8], with algorithm: Algorithm) -> Digest {
        switch algorithm {
        case .sha256:
            sha256(of: bytes)
        case .sha512:
            Digest(.sha512, hash: SHA512.hash(data: bytes))
        }
    }
}

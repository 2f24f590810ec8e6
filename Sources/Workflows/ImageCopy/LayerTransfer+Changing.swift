import ContentDigest
import ImageEncryption
import ImageModel
import ImageTransports
import LinuxSystem
import StreamCompression

extension LayerTransfer {
    /// What one attempt to write a changed layer has learned.
    private struct Attempt {
        /// The source's bytes, and what they decrypt to: each must be read to its end, where it is verified.
        var verified: [any ByteSource] = []
        /// Hashes the uncompressed archive.
        var archive: SHA256Stream?
        var encrypting: EncryptingSource?
        /// Hashes what is encrypted.
        var plaintext = SHA256Stream()
    }

    /// Writes the layer in its new form.
    ///
    /// - Returns: its descriptor there, and the digest of the uncompressed archive, if that was seen.
    func streamChanged(_ task: CopyTask, _ threads: Int) throws -> (Descriptor, diffID: Digest?) {
        var algorithm = readable.mediaType.layerCompression ?? .none
        if change == .decompress { algorithm = .none }
        var way: LayerCompressionSettings?
        if case .compress(let wanted) = change { (algorithm, way) = (wanted.algorithm, wanted) }
        // Attempts share a key, so that they have the same bytes; no other transfer has it.
        let cipher = LayerCipher()
        let secret = secrecy.isChange ? " \(RandomBytes.hex(16))" : ""
        // From the successful attempt.
        var attempt = Attempt()
        let offer = BlobOffer(expected: nil, identity: "\(readable.digest) \(way?.key ?? algorithm.rawValue)\(secret)")
        {
            var new = Attempt()
            let opened = try self.open(task, way, threads, &new)
            guard case .encrypt = secrecy else {
                attempt = new
                return opened
            }
            let plaintext = new.plaintext
            let encrypting = cipher.encrypting(ObservedSource(opened) { plaintext.update($0) })
            new.encrypting = encrypting
            attempt = new
            return encrypting
        }
        let (digest, size) = try task.destination.putBlob(offer)
        // The digest covers every byte, including those after the compressed stream.
        for source in attempt.verified.reversed() { try source.drain() }
        var result = changed(to: algorithm, digest: digest, size: size)
        if case .encrypt(let encryption) = secrecy {
            guard let mac = attempt.encrypting?.mac else {
                throw CopyError(.malformed, "the destination did not read the whole layer")
            }
            result.mediaType = result.mediaType.encrypted ?? result.mediaType
            result.annotations = (result.annotations ?? [:]).merging(
                try encryption.annotations(for: cipher, mac: mac, plaintext: attempt.plaintext.finalize())
            ) { $1 }
        }
        return (result, attempt.archive?.finalize())
    }

    /// Opens the layer's bytes as they will be, except for encryption.
    private func open(
        _ task: CopyTask, _ way: LayerCompressionSettings?, _ threads: Int, _ attempt: inout Attempt
    ) throws -> any ByteSource {
        var bytes: any ByteSource = CountedSource(
            try task.source.openVerifiedBlob(readable), digest: readable.digest, task.report)
        attempt.verified = [bytes]
        if case .decrypt(let cipher) = secrecy {
            bytes = cipher.decrypting(bytes)
            attempt.verified.append(bytes)
        }
        let isPlain = readable.mediaType.layerCompression == LayerCompression.none
        guard change != .none || isPlain else { return bytes }
        let hash = SHA256Stream()
        attempt.archive = hash
        bytes = ObservedSource(isPlain ? bytes : try DecompressingSource(bytes, nil)) { hash.update($0) }
        guard let way else { return bytes }
        // Reassembling or decompressing, and hashing, overlap with compressing the preceding part.
        if threads > 1 { bytes = ThreadedSource.ahead(of: bytes) }
        return try CompressingSource(bytes, way.compression, level: way.level, threads: threads)
    }
}

import ImageModel
import JSONText
import KeyEncoding

/// A signature and what comes with it, regardless of how it is attached to an image.
struct SigstoreEvidence {
    /// Where the entry of a log is.
    enum Log {
        case promise(String)
        case bundle(JSONValue)
        /// Nowhere; the text says where it was looked for.
        case missing(String)
    }

    let signature: [UInt8]
    /// What is signed.
    let signed: [UInt8]
    /// What logs have the digest of.
    let logged: [UInt8]
    /// The signer's certificate, in DER; nil if there is none.
    let certificate: [UInt8]?
    /// The certificates between that and a root.
    let chain: [Certificate]
    let log: Log

    /// The entry of a log.
    ///
    /// - Throws: `TrustError` if there is none, or none of the keys has signed it.
    func entry(signedBy keys: [SigstoreKey]) throws(TrustError) -> LogEntry {
        switch log {
        case .promise(let text): try LogEntry(promise: text, signedBy: keys)
        case .bundle(let value): try LogEntry(bundle: value, signedBy: keys)
        case .missing(let what): throw TrustError("missing \(what)")
        }
    }
}

extension SigstoreEvidence {
    /// What is in the annotations of an attachment.
    init(_ attachment: SigstoreSignature) throws(TrustError) {
        guard let text = attachment.signature else {
            throw TrustError("missing \(SigstoreSignature.annotation) annotation")
        }
        guard let bytes = Base64.decode(text) else {
            throw TrustError("cryptographic signature verification failed: invalid signature")
        }
        signature = bytes
        (signed, logged) = (attachment.payload, attachment.payload)
        certificate = try attachment.annotations?[SigstoreSignature.certificateAnnotation].map {
            text throws(TrustError) in
            let blocks = PEMBlock.all(in: Array(text.utf8)).filter { $0.label == "CERTIFICATE" }
            guard blocks.count == 1 else { throw TrustError("parsing leaf certificate: not exactly one certificate") }
            return blocks[0].bytes
        }
        let others = attachment.annotations?[SigstoreSignature.chainAnnotation] ?? ""
        guard let chain = Certificate.all(inPEM: Array(others.utf8)) else {
            throw TrustError("loading certificate chain: it is malformed")
        }
        self.chain = chain
        log =
            attachment.annotations?[SigstoreSignature.logAnnotation].map { .promise($0) }
            ?? .missing("\(SigstoreSignature.logAnnotation) annotation")
    }
}

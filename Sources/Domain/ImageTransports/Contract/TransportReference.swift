/// `transport:rest`, an image name with a transport (containers-transports(5)).
package struct TransportReference: Sendable, Equatable, CustomStringConvertible {
    /// The known transports, by prefix.
    package enum Transport: String, Sendable, CaseIterable {
        /// A registry; the rest begins with `//`.
        case docker
        /// The local store.
        case containersStorage = "containers-storage"
        /// An OCI image layout in a directory.
        case oci
        /// An OCI image layout in a tar archive.
        case ociArchive = "oci-archive"
        /// The format of `docker save`.
        case dockerArchive = "docker-archive"
        /// A directory with one image.
        case dir
        /// A Docker daemon.
        case dockerDaemon = "docker-daemon"
        /// Layers as tar archives, without a configuration.
        case tarball
    }

    /// The part before the first colon.
    package let transport: Transport
    /// The part after it, not validated.
    package let rest: String

    /// Memberwise initializer.
    package init(_ transport: Transport, _ rest: String) {
        self.transport = transport
        self.rest = rest
    }

    /// Splits `text`; nil when it does not begin with a known transport and a colon: it may be a plain image name, as
    /// `docker:latest` is.
    package init?(parsing text: String) {
        guard let colon = text.firstIndex(of: ":"), let transport = Transport(rawValue: String(text[..<colon])) else {
            return nil
        }
        let rest = text[text.index(after: colon)...]
        guard transport != .docker || rest.hasPrefix("/") else { return nil }
        self.init(transport, String(rest))
    }

    /// Splits `text`, which must have a transport.
    ///
    /// - Throws: ``TransportError`` that says whether the colon is missing or the transport is unknown.
    package init(requiring text: String) throws(TransportError) {
        guard let colon = text.firstIndex(of: ":") else {
            throw TransportError(
                .invalidReference, "invalid image name \"\(text)\", expected colon-separated transport:reference")
        }
        guard let reference = TransportReference(parsing: text) else {
            if text[..<colon] == Transport.docker.rawValue {
                throw TransportError(
                    .invalidReference,
                    "docker: image reference \(text[text.index(after: colon)...]) does not start with //")
            }
            if text.hasPrefix("sif:") {
                throw TransportError(
                    .unsupported,
                    "\(text): Singularity images are not supported: unpack their squashfs file system "
                        + "(`singularity sif dump`, `unsquashfs`) and use tarball:")
            }
            throw TransportError(
                .invalidReference, "invalid image name \"\(text)\", unknown transport \"\(text[..<colon])\"")
        }
        self = reference
    }

    /// `transport:rest`.
    package var description: String { "\(transport.rawValue):\(rest)" }
}

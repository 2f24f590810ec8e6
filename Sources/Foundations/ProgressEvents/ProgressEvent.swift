/// What a running workflow reports. Values only: nothing here prints.
///
/// Events of one blob or one step arrive in order; those of different blobs and steps may be interleaved and come from
/// different threads. Digests are text (`sha256:...`), sizes are bytes as transferred.
package enum ProgressEvent: Sendable, Equatable {
    /// A build step begins: its position among `of` steps, starting at one, and its instruction as shown to the user.
    /// `stage` is the stage's name or number when the build has more than one, otherwise nil.
    case stepStarted(index: Int, of: Int, text: String, stage: String?)
    /// The command of a step wrote output; the bytes are passed on as received and may end in the middle of a line.
    case stepOutput(index: Int, stream: OutputStream, bytes: [UInt8])
    /// A step was skipped because its result was found in the cache; `image` is the id of that result.
    case stepCached(index: Int, image: String, isLast: Bool)
    /// A step succeeded.
    case stepDone(index: Int)
    /// The result of a build or a container is about to be committed, under this name if it gets one. `stage` is as for
    /// `stepStarted`.
    case commitStarted(name: String?, stage: String?)

    /// A copy starts reading the signatures of its source.
    case signaturesStarted
    /// A copy starts reading the signatures of an image index.
    case listSignaturesStarted
    /// Signatures were found; next the copy checks whether the destination accepts them.
    case signaturesFound(isList: Bool)
    /// The copied image or list is about to be signed.
    case signingStarted(isList: Bool, method: String)
    /// The signatures are about to be written.
    case signaturesStored(isList: Bool)
    /// A blob transfer begins. The size is nil when unknown.
    case blobStarted(digest: String, kind: BlobKind, size: Int64?)
    /// Total bytes of a blob transferred so far (not since the last event).
    case blobAdvanced(digest: String, bytes: Int64)
    /// A blob has arrived, or need not be transferred.
    case blobDone(digest: String, kind: BlobKind, outcome: BlobOutcome)
    /// The manifest is about to be written.
    case manifestStarted
    /// A copy of an image index begins: the number of its images that are copied.
    case listStarted(copied: Int, of: Int)
    /// The index itself is about to be written.
    case listManifestStarted
    /// In a multi-platform copy: the copy of the image at this position among `of`, starting at one, begins.
    case instanceStarted(index: Int, of: Int, digest: String)

    /// A message for the user that belongs to no step and no blob.
    case message(String)
    /// A warning for the user; the work continues.
    case warning(String)

    /// The stream a command wrote to.
    package enum OutputStream: Sendable, Equatable {
        /// Standard output.
        case standardOutput
        /// Standard error.
        case standardError
    }

    /// What a blob is for.
    package enum BlobKind: Sendable, Equatable {
        /// A file system layer.
        case layer
        /// The configuration of an image.
        case config
    }

    /// How a blob came to exist at the destination.
    package enum BlobOutcome: Sendable, Equatable {
        /// Its bytes were copied.
        case copied
        /// It already existed.
        case skipped
        /// The registry mounted it from another of its repositories.
        case mounted
    }
}

/// Receives events as they happen, on any thread; it must return quickly, since the work waits for it.
package typealias ProgressHandler = @Sendable (ProgressEvent) -> Void

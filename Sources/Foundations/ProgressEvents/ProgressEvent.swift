/// What a running workflow tells whoever watches it. Values only: nothing here prints.
///
/// Events of one blob or one step come in order; those of different blobs and steps may come interleaved and from
/// different threads. Digests are text (`sha256:...`), sizes are bytes as they are transferred.
package enum ProgressEvent: Sendable, Equatable {
    /// A build step begins: its place among `of` steps, from one, and its instruction as the user is to see it.
    /// `stage` tells the stages of a build apart: its name or number when there is more than one, else nil.
    case stepStarted(index: Int, of: Int, text: String, stage: String?)
    /// The command of a step wrote something; the bytes are as they came, perhaps in the middle of a line.
    case stepOutput(index: Int, stream: OutputStream, bytes: [UInt8])
    /// A step was not run because its result was found in the cache; `image` is the id of that result.
    case stepCached(index: Int, image: String)
    /// A step ended well.
    case stepDone(index: Int)
    /// The result of a build or a container is about to be committed, under this name if it gets one. `stage` is as for
    /// `stepStarted`.
    case commitStarted(name: String?, stage: String?)

    /// A copy begins to read the signatures of its source.
    case signaturesStarted
    /// A copy begins to read the signatures of a list of images.
    case listSignaturesStarted
    /// There are signatures, and it is looked whether the destination takes them.
    case signaturesFound(isList: Bool)
    /// What was written is about to be signed.
    case signingStarted(isList: Bool)
    /// The signatures are about to be written.
    case signaturesStored(isList: Bool)
    /// A blob begins to move. The size is nil when it is not known yet.
    case blobStarted(digest: String, kind: BlobKind, size: Int64?)
    /// So many bytes of a blob have moved in all (not since the last event).
    case blobAdvanced(digest: String, bytes: Int64)
    /// A blob has arrived, or need not move.
    case blobDone(digest: String, kind: BlobKind, outcome: BlobOutcome)
    /// The manifest is about to be written.
    case manifestStarted
    /// A copy of a list of images begins: so many of its images come along.
    case listStarted(copied: Int, of: Int)
    /// The list itself is about to be written.
    case listManifestStarted
    /// Of a multi-platform copy: the image at this place among `of`, from one, begins to be copied.
    case instanceStarted(index: Int, of: Int, digest: String)

    /// A sentence for the user that belongs to no step and no blob.
    case message(String)
    /// A sentence that warns the user; the work goes on.
    case warning(String)

    /// Where a command wrote to.
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

    /// How a blob came to be where it was wanted.
    package enum BlobOutcome: Sendable, Equatable {
        /// Its bytes were copied.
        case copied
        /// It was there already.
        case skipped
        /// The registry took it over from another of its repositories.
        case mounted
    }
}

/// Takes events as they happen, from any thread; it must return quickly, since the work waits for it.
package typealias ProgressHandler = @Sendable (ProgressEvent) -> Void

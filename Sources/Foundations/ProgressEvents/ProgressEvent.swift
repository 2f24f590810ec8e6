/// What a running workflow reports. Values only: nothing here prints.
///
/// Events of one blob or one step arrive in order; those of different blobs and steps may be interleaved and come from
/// different threads. Digests are text (`sha256:...`), sizes are bytes as transferred.
package enum ProgressEvent: Sendable, Equatable {
    /// A build step begins. Its `id` is unique in the build: steps of several stages may be in progress at once, and
    /// each ends with exactly one of `stepCached`, `stepDone` and `stepFailed`. `index` is its position among the `of`
    /// steps of its stage, starting at one; `text` is its instruction as shown to the user.
    case stepStarted(id: Int, index: Int, of: Int, text: String, stage: Stage)
    /// The command of a step wrote output: whole lines as received, except that the last one may lack its end, and that
    /// lines beyond a limit arrive in parts.
    case stepOutput(id: Int, stream: OutputStream, bytes: [UInt8])
    /// A step was skipped because its result was found in the cache; `image` is the id of that result.
    /// `isLast` is whether it was the last step of its stage.
    case stepCached(id: Int, image: String, isLast: Bool)
    /// A step succeeded; `layer` is the id of the layer on top if the step was executed to make one.
    case stepDone(id: Int, layer: String?)
    /// A step failed, or was cancelled because another one has failed. The error itself is thrown.
    case stepFailed(id: Int)
    /// The result of a build or a container is about to be committed, under this name if it gets one. `stage` is nil
    /// for a container.
    case commitStarted(name: String?, stage: Stage?)

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

    /// An interactive program is about to use the terminal: until it returns it, nothing may be shown.
    case terminalTaken
    /// The interactive program has ended.
    case terminalReturned

    /// A message for the user that belongs to no step and no blob.
    case message(String)
    /// A warning for the user; the work continues.
    case warning(String)

    /// The stage of a build that a step belongs to.
    package struct Stage: Sendable, Equatable {
        /// Its name, in lower case, or its number, starting at zero.
        package let name: String
        /// `1/2`, its position among the stages, if there are several; otherwise nil.
        package let position: String?
        /// The platform that it is built for if the build is for several; otherwise nil.
        package let platform: String?

        /// Memberwise initializer.
        package init(name: String, position: String?, platform: String? = nil) {
            self.name = name
            self.position = position
            self.platform = platform
        }
    }

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

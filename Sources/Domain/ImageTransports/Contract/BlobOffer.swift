package import ImageModel
package import StreamCompression

/// A blob that is to be brought somewhere, which may take more than one attempt.
package struct BlobOffer {
    /// What the blob must turn out to be; nil where that is known with its last byte.
    package let expected: Descriptor?
    /// What the bytes are made of, and how: offers with the same identity have the same bytes. Nil where the blob can be
    /// opened only once.
    package let identity: String?
    /// The blob's bytes from their beginning. A source that was opened before is not read any more.
    package let open: () throws -> any ByteSource
    /// The bytes from an offset on, where giving those alone costs less than giving all. Where this is there, what has
    /// arrived of the blob is worth keeping.
    package var openRest: ((_ offset: Int64) throws -> any ByteSource)?

    /// Offers bytes that `open` gives as often as it is asked.
    package init(expected: Descriptor?, identity: String, open: @escaping () throws -> any ByteSource) {
        self.expected = expected
        self.identity = identity
        self.open = open
    }

    /// Offers a source that is there once.
    package init(once source: any ByteSource, expected: Descriptor?) {
        self.expected = expected
        identity = nil
        open = { source }
    }
}

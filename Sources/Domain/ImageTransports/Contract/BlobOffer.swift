package import ImageModel
package import StreamCompression

/// A blob to transfer, which may take more than one attempt.
package struct BlobOffer {
    /// The expected descriptor; nil when it is known only after the last byte.
    package let expected: Descriptor?
    /// What the bytes are derived from, and how: offers with the same identity have the same bytes. Nil when the blob
    /// can be opened only once.
    package let identity: String?
    /// Opens the blob from its beginning. Previously opened sources are not read any more.
    package let open: () throws -> any ByteSource
    /// Opens the blob at an offset, where that is cheaper than reading all of it. When set, partially transferred data
    /// is worth keeping.
    package var openRest: ((_ offset: Int64) throws -> any ByteSource)?

    /// Offers bytes that `open` can produce repeatedly.
    package init(expected: Descriptor?, identity: String, open: @escaping () throws -> any ByteSource) {
        self.expected = expected
        self.identity = identity
        self.open = open
    }

    /// Offers a source that can be read once.
    package init(once source: any ByteSource, expected: Descriptor?) {
        self.expected = expected
        identity = nil
        open = { source }
    }
}

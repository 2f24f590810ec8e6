/// A sink made of closures, for writers that are not a `ByteSink`.
package final class ClosureSink: ByteSink {
    private let body: (UnsafeRawBufferPointer) throws -> Void
    private let end: () throws -> Void

    /// `write` receives each piece; `finish` is called once at the end.
    package init(
        write: @escaping (UnsafeRawBufferPointer) throws -> Void, finish: @escaping () throws -> Void = {}
    ) {
        body = write
        end = finish
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        try body(bytes)
    }

    package func finish() throws {
        try end()
    }
}

import Testing

@testable import StreamCompression

@Suite struct ThreadedStreamTests {
    struct Broken: Error {}

    /// Never ends.
    final class Endless: ByteSource {
        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            buffer.initializeMemory(as: UInt8.self, repeating: 7)
            return buffer.count
        }
    }

    @Test(arguments: [(2, 1), (2, 100), (4, 4096), (3, 1 << 20)])
    func aThreadedSourceHandsOnEveryByteInOrder(_ bufferCount: Int, _ bufferSize: Int) throws {
        let bytes = SampleContent.random.bytes(bufferSize == 1 ? 500 : 50_000)
        for chunk in [1, 37, 100_000] where bufferSize > 1 || chunk > 1 {
            let upstream = MemorySource(bytes, chunkSize: chunk)
            let source = try ThreadedSource(upstream, bufferCount: bufferCount, bufferSize: bufferSize)
            #expect(try source.readAll(limit: bytes.count) == bytes)
            #expect(try source.drain() == 0)
        }
    }

    @Test func upstreamErrorFollowsPrecedingBytes() throws {
        var calls = 0
        let source = try ThreadedSource(
            ClosureSource { buffer in
                calls += 1
                if calls > 3 { throw Broken() }
                buffer[0] = UInt8(calls)
                return 1
            }, bufferSize: 64)
        var seen: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 10)
        let error = #expect(throws: Broken.self) {
            while true {
                let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
                seen += buffer[..<count]
            }
        }
        #expect(error != nil)
        #expect(seen == [1, 2, 3])
        // Again: a failed source must not look like one that has ended.
        #expect(throws: Broken.self) { try source.drain() }
    }

    @Test func aDroppedSourceStopsItsThreadAndFreesItsUpstream() throws {
        weak var upstream: Endless?
        for reads in 0..<20 {
            let endless = Endless()
            upstream = endless
            let source = try ThreadedSource(endless, bufferCount: 2, bufferSize: 4096)
            var buffer = [UInt8](repeating: 0, count: 1000)
            for _ in 0..<reads { _ = try buffer.withUnsafeMutableBytes { try source.read(into: $0) } }
        }
        #expect(upstream == nil)
    }

    @Test func aDetachedSourceDoesNotWaitForItsUpstream() throws {
        enum Stage { case outside, inside, released, left }
        let stage = Monitor(Stage.outside)
        var source: ThreadedSource? = try ThreadedSource(
            ClosureSource { _ in
                stage.update { $0 = .inside }
                stage.wait(until: { $0 == .released }) { $0 = .left }
                return 0
            }, onAbandon: .detach)
        _ = source
        stage.wait(until: { $0 == .inside }) { _ in }
        source = nil
        // Not reached if dropping it waited for the upstream.
        stage.update { $0 = .released }
        stage.wait(until: { $0 != .released }) { _ in }
    }

    @Test(arguments: [1, 100, 4096, 1 << 20])
    func aThreadedSinkHandsOnEveryByteInOrder(_ bufferSize: Int) throws {
        let bytes = SampleContent.random.bytes(bufferSize == 1 ? 300 : 50_000)
        let output = MemorySink()
        let sink = try ThreadedSink(output, bufferCount: 2, bufferSize: bufferSize)
        try MemorySource(bytes).copy(to: sink, bufferSize: 333)
        try sink.finish()
        #expect(output.bytes == bytes)
        #expect(output.isFinished)
        #expect(throws: CompressionError.self) { try sink.write([1]) }
        #expect(throws: CompressionError.self) { try sink.finish() }
    }

    @Test func downstreamErrorReachesTheWriter() throws {
        let writing = try ThreadedSink(ClosureSink(write: { _ in throw Broken() }), bufferCount: 2, bufferSize: 10)
        #expect(throws: Broken.self) {
            while true { try writing.write([1, 2, 3]) }
        }
        #expect(throws: Broken.self) { try writing.finish() }
        let finishing = try ThreadedSink(ClosureSink(write: { _ in }, finish: { throw Broken() }))
        try finishing.write([1])
        #expect(throws: Broken.self) { try finishing.finish() }
    }

    @Test func aDroppedSinkDoesNotFinishItsDownstream() throws {
        let output = MemorySink()
        do {
            let sink = try ThreadedSink(output, bufferCount: 2, bufferSize: 10)
            try sink.write(SampleContent.random.bytes(95))
        }
        #expect(!output.isFinished)
    }

    @Test func aWholePipelineRunsOnThreads() throws {
        let bytes = SampleContent.mixed.bytes(2_500_000)
        let output = MemorySink()
        let sink = try ThreadedSink(CompressingSink(output, .gzip, threads: 2), bufferSize: 100_000)
        try sink.write(bytes)
        try sink.finish()
        let source = try ThreadedSource(DecompressingSource(MemorySource(output.bytes), nil))
        #expect(try source.readAll(limit: bytes.count) == bytes)
    }
}

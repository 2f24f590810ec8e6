import LinuxSystem
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
    struct Failure: Error, Equatable {
        let item: Int
    }

    @Test(arguments: [0, 1, 2, 7]) func resultsAreInInputOrder(threads: Int) throws {
        #expect(try WorkerPool.map(Array(0..<500), threads: threads) { $0 * 2 } == (0..<500).map { $0 * 2 })
        #expect(try WorkerPool.map([Int](), threads: threads) { $0 }.isEmpty)
    }

    @Test(arguments: [1, 4]) func errorStopsTheWork(threads: Int) throws {
        let begun = Mutex(0)
        #expect(throws: Failure.self) {
            try WorkerPool.map(Array(0..<100_000), threads: threads) { item in
                begun.withLock { $0 += 1 }
                if item >= 10 { throw Failure(item: item) }
            }
        }
        #expect(begun.withLock { $0 } < 100)
    }

    @Test func nilIsAValidResult() throws {
        #expect(try WorkerPool.map([1, 2], threads: 2) { $0 == 1 ? nil : $0 } as [Int?] == [nil, 2])
    }
}

import BuildGraph
import DockerfileSyntax
import ImageModel
import Synchronization
import Testing

@testable import ImageBuild

@Suite struct NodeSchedulerTests {
    private struct Failure: Error, Equatable {
        let id: Int
    }

    private final class Record: Sendable {
        let ids = Mutex<[Int]>([])
    }

    /// Several stages, of which the last one needs all others.
    private func nodes(stages: Int) throws -> [BuildNode] {
        var text = ""
        for index in 0..<stages { text += "FROM base AS s\(index)\nRUN one\nRUN two\n" }
        text += "FROM base\n" + (0..<stages).map { "COPY --from=s\($0) / /\n" }.joined()
        let dockerfile = try Dockerfile(parsing: Array(text.utf8), file: "Dockerfile")
        let plan = try BuildPlan(dockerfile, GraphInputs())
        return try GraphPlanner(plan, of: dockerfile, GraphInputs(), .init(base: { _ in ContainerConfig() })).graph()
            .nodes
    }

    @Test func oneThreadExecutesInOrder() throws {
        let nodes = try nodes(stages: 3)
        let record = Record()
        try NodeScheduler(
            nodes: nodes, jobs: 1, execute: { node in record.ids.withLock { $0.append(node.id) } }, cancel: {}
        )
        .run()
        #expect(record.ids.withLock { $0 } == nodes.map(\.id))
    }

    @Test(arguments: [2, 8, 100]) func everyNodeIsExecutedOnceAndAfterItsInputs(jobs: Int) throws {
        let nodes = try nodes(stages: 6)
        let record = Record()
        let scheduler = NodeScheduler(
            nodes: nodes, jobs: jobs,
            execute: { node in
                record.ids.withLock { ids in
                    #expect(node.dependencies.allSatisfy(ids.contains))
                    ids.append(node.id)
                }
            }, cancel: { Issue.record("nothing failed") })
        try scheduler.run()
        #expect(record.ids.withLock { $0.sorted() } == nodes.map(\.id))
    }

    @Test(arguments: [1, 4]) func afterAFailureNothingBegins(jobs: Int) throws {
        let nodes = try nodes(stages: 4)
        let failing = try #require(nodes.first { $0.operation.name == "RUN" }).id
        let record = Record()
        let error = #expect(throws: Failure.self) {
            try NodeScheduler(
                nodes: nodes, jobs: jobs,
                execute: { node in
                    if node.id == failing { throw Failure(id: node.id) }
                    record.ids.withLock { $0.append(node.id) }
                }, cancel: {}
            ).run()
        }
        #expect(error == Failure(id: failing))
        let dependent = nodes.filter { $0.parent == failing }.map(\.id)
        #expect(record.ids.withLock { ids in dependent.allSatisfy { !ids.contains($0) } })
    }
}

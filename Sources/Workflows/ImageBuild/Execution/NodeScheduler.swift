import BuildGraph
import LinuxSystem
import StreamCompression

/// Executes the nodes of a graph, each after those that it depends on, on several threads.
///
/// Among the nodes that are ready, the one with the smallest id is first: on one thread, the nodes are executed in their
/// order. After a failure no other node begins; the first failure is thrown once all threads are idle.
struct NodeScheduler {
    private struct State {
        /// The numbers of dependencies that are not complete.
        var missing: [Int]
        /// Ascending.
        var ready: [Int]
        var running = 0
        var completed = 0
        var failure: (any Error)?

        var isOver: Bool { failure != nil || completed == missing.count }
    }

    let nodes: [BuildNode]
    /// How many nodes may be executed at the same time, at least 1.
    let jobs: Int
    let execute: @Sendable (BuildNode) throws -> Void
    /// Called once, when a node has failed while others are being executed.
    let cancel: @Sendable () -> Void

    /// Executes all nodes.
    ///
    /// - Throws: the first error that a node threw.
    func run() throws {
        var dependents = [[Int]](repeating: [], count: nodes.count)
        for node in nodes {
            for dependency in Set(node.dependencies) { dependents[dependency].append(node.id) }
        }
        let missing = nodes.map { Set($0.dependencies).count }
        let monitor = Monitor(State(missing: missing, ready: nodes.map(\.id).filter { missing[$0] == 0 }))
        let followers = dependents
        let helpers = (1..<max(1, min(jobs, nodes.count))).compactMap { _ in
            try? PlainThread { work(monitor, followers) }
        }
        work(monitor, followers)
        for helper in helpers { helper.join() }
        if let failure = monitor.update({ $0.failure }) { throw failure }
    }

    /// Every thread stays until all nodes are complete: the processes that a thread has started end with it.
    private func work(_ monitor: Monitor<State>, _ dependents: [[Int]]) {
        while let id = next(monitor) {
            do {
                try execute(nodes[id])
                monitor.update { state in
                    state.running -= 1
                    state.completed += 1
                    for dependent in dependents[id] {
                        state.missing[dependent] -= 1
                        if state.missing[dependent] == 0 { state.ready.append(dependent) }
                    }
                    state.ready.sort()
                }
            } catch {
                let isFirst = monitor.update { state in
                    state.running -= 1
                    defer { state.failure = state.failure ?? error }
                    return state.failure == nil && state.running > 0
                }
                if isFirst { cancel() }
            }
        }
    }

    /// The next node to execute, once there is one; nil when there is nothing left to do.
    private func next(_ monitor: Monitor<State>) -> Int? {
        monitor.wait(until: { $0.isOver || !$0.ready.isEmpty }) { state in
            guard !state.isOver else { return nil }
            state.running += 1
            return state.ready.removeFirst()
        }
    }
}

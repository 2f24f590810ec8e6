package import ContainerStore
import Glibc
import LinuxSystem

extension ManagedContainer {
    /// Sends a signal to the container's first process.
    ///
    /// - Throws: ``ContainerError`` with `notRunning` when it is not running.
    package func signal(_ number: Int32) throws {
        guard isRunning, let process = state.process, try process.send(number) else {
            throw ContainerError(
                .notRunning,
                "can only kill running containers. \(id) is in state \(state.status.rawValue): container state improper"
            )
        }
    }

    /// Sends a running container its stop signal, and kills it after a timeout.
    ///
    /// - Parameter seconds: the timeout; nil: the container's own.
    /// - Returns: false when it was not running.
    @discardableResult
    package mutating func stop(after seconds: Int64?, in store: ContainerStore) throws -> Bool {
        try holdRestarts(in: store)
        guard isRunning, let process = state.process else { return false }
        let patience = max(0, seconds ?? definition.stopTimeout)
        if patience > 0, try process.send(definition.stopSignal), try wait(seconds: patience, in: store) { return true }
        _ = try process.send(SIGKILL)
        guard try wait(seconds: 30, in: store) else {
            throw ContainerError(.unreachable, "container \(id) is still running although it was killed")
        }
        return true
    }

    /// Waits until the container has exited and its end is recorded. Returns false on timeout.
    package mutating func wait(seconds: Int64?, in store: ContainerStore) throws -> Bool {
        let end = seconds.map { Clock.monotonicMilliseconds() + max(0, min($0, 1 << 40)) * 1000 }
        var pause: UInt32 = 2_000
        while let record = try store.container(id), let found = try ManagedContainer(record, in: store) {
            self = found
            if !isRunning { return true }
            let left = end.map { $0 - Clock.monotonicMilliseconds() }
            if let left, left <= 0 { return false }
            usleep(min(pause, UInt32(clamping: (left ?? 1000) * 1000)))
            pause = min(pause * 2, 100_000)
        }
        // Removed.
        state.status = .exited
        return true
    }

    /// Waits until the container is in one of these states, in Podman's terms; none: until it has exited.
    ///
    /// - Returns: its exit code; -1 while it runs.
    package mutating func wait(for conditions: Set<String>, in store: ContainerStore) throws -> Int32 {
        let ends: Set<String> = ["exited", "stopped"]
        if conditions.isEmpty || conditions.isSubset(of: ends) {
            // One that never ran has not exited.
            while state.status == .created, let record = try store.container(id),
                let found = try ManagedContainer(record, in: store)
            {
                self = found
                if state.status == .created { usleep(20_000) }
            }
            _ = try wait(seconds: nil, in: store)
            return state.exitCode
        }
        while let record = try store.container(id), let found = try ManagedContainer(record, in: store) {
            self = found
            let names: Set<String> =
                switch state.status {
                case .created: ["created", "configured", "initialized"]
                case .running: ["running"]
                case .exited: ends
                }
            if !names.isDisjoint(with: conditions) { break }
            usleep(20_000)
        }
        return state.status == .exited ? state.exitCode : -1
    }

    /// Waits until whoever ran the container is done with it, so that it can be started again.
    package func awaitRelease(in store: ContainerStore) throws {
        let lock = try ManagedContainer.openLock(of: id, in: store)
        for _ in 0..<500 where !(try lock.tryLockExclusive()) { usleep(20_000) }
    }

    /// Removes the container with its layer and anonymous volumes.
    ///
    /// - Parameters:
    ///   - isForced: whether a running container is killed first.
    ///   - seconds: how long a running container may take to stop.
    /// - Throws: ``ContainerError`` with `running`.
    package mutating func remove(
        isForced: Bool, stoppingAfter seconds: Int64? = nil, in store: ContainerStore
    ) throws {
        if isForced { try holdRestarts(in: store) }
        if isRunning {
            guard isForced else { throw runningError }
            try stop(after: seconds, in: store)
        }
        try withLock(in: store) { () throws in try discard(from: store) }
    }

    private var runningError: ContainerError {
        ContainerError(
            .running,
            "cannot remove container \(id) as it is running - running or paused containers cannot be removed "
                + "without force: container state improper")
    }

    /// Runs `body` while nobody can start the container. One that has just ended is locked for a moment longer.
    ///
    /// - Throws: ``ContainerError`` with `running` where somebody has started it meanwhile.
    private func withLock(in store: ContainerStore, _ body: () throws -> Void) throws {
        guard try store.container(id) != nil else { return }
        do {
            let lock = try ManagedContainer.openLock(of: id, in: store)
            for attempt in 0... {
                if try lock.tryLockExclusive() { break }
                if attempt == 100 { throw runningError }
                usleep(20_000)
            }
            try body()
        } catch let error as LinuxError where error.code == ENOSPC || error.code == EDQUOT {
            // There is no room for a lock file, so that nobody can run the container either.
            try body()
        }
    }

    /// Removes the container, which nobody runs.
    private func discard(from store: ContainerStore) throws {
        do {
            try store.deleteContainer(id)
        } catch {
            // With --rm it removes itself.
            guard error.kind == .notFound else { throw error }
        }
    }

    /// Removes `--rm` containers whose tool died before it could.
    package static func sweep(_ store: ContainerStore) throws {
        for container in try all(in: store) where container.definition.removesItself {
            guard container.state.status == .exited else { continue }
            let lock = try openLock(of: container.id, in: store)
            // Held: the tool that ran it is about to remove it.
            if try lock.tryLockExclusive() { try container.discard(from: store) }
        }
    }
}

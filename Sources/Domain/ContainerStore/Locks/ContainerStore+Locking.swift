import LinuxSystem

// arithmetic: depth: how often a lock is held

extension ContainerStore {
    /// Runs `body` with these locks, in the format's order, and with records as fresh as the locks make them.
    ///
    /// Calls may nest as long as an inner one asks for no lock that comes before those already held. When `body` fails,
    /// changes that it has not saved are forgotten.
    func locked<T>(
        storage: LockFile.Mode? = nil, layers: LockFile.Mode? = nil, images: LockFile.Mode? = nil,
        containers: LockFile.Mode? = nil, _ body: () throws -> T
    ) throws(StoreError) -> T {
        enter()
        defer { leave() }
        return try StoreError.mapping {
            let held = try acquire(storage, layers, images, containers)
            defer { release(held) }
            if layers == .exclusive { try removeIncompleteLayers() }
            do {
                return try body()
            } catch {
                // A caller that still holds a lock goes on with what the files say.
                try layerTable.revert()
                try imageTable.revert()
                try containerTable.revert()
                throw error
            }
        }
    }

    private func enter() {
        gate.enter()
        depth += 1
    }

    /// What the outermost call has put away is removed when nobody has to wait for it.
    private func leave() {
        depth -= 1
        let litter = depth == 0 ? trash : nil
        if depth == 0 { trash = nil }
        gate.leave()
        guard let litter else { return }
        try? Files.removeTree("\(layout.staging)/\(litter.token)")
        try? litter.remove()
    }

    private func acquire(
        _ storage: LockFile.Mode?, _ layers: LockFile.Mode?, _ images: LockFile.Mode?, _ containers: LockFile.Mode?
    ) throws -> [LockFile] {
        var held: [LockFile] = []
        do {
            if let storage {
                try graphLock.acquire(storage)
                held.append(graphLock)
            }
            try take(layerTable, layers, &held)
            try take(imageTable, images, &held)
            try take(containerTable, containers, &held)
            return held
        } catch {
            release(held)
            throw error
        }
    }

    private func release(_ held: [LockFile]) {
        for lock in held.reversed() { lock.release() }
    }

    private func take<Record>(
        _ table: RecordTable<Record>, _ mode: LockFile.Mode?, _ held: inout [LockFile]
    ) throws {
        guard let mode, let lock = table.lock else { return }
        let isHeld = lock.mode != nil
        try lock.acquire(mode)
        held.append(lock)
        if !isHeld { try table.reloadIfChanged() }
    }

    /// Where the current call puts what it removes.
    func trashDirectory() throws -> TemporaryDirectory {
        if let trash { return trash }
        let made = try TemporaryDirectory.make(in: layout.temporaryDirectories)
        trash = made
        return made
    }

    /// Removes at once what the current call has put away so far: room is needed now.
    func emptyTrash() throws {
        guard let trash else { return }
        for place in [trash.path, "\(layout.staging)/\(trash.token)"] where Files.exists(place) {
            for entry in try Files.entries(ofDirectory: place) {
                try Files.removeTree("\(place)/\(entry.text)")
            }
        }
    }

    /// Takes a file or directory below the graph root out of its place, to be removed once the locks are released.
    /// Missing is fine. The driver's own directory may be a mount of its own, so that its trash cannot take these.
    func putAway(_ path: String) throws {
        guard Files.exists(path) else { return }
        do {
            let place = "\(layout.staging)/\(try trashDirectory().token)"
            if !Files.exists(place) { try Files.makeDirectories(place, mode: 0o700) }
            try Files.rename(path, "\(place)/\(RandomBytes.hex(8))")
        } catch let error as LinuxError where error.isOutOfSpace {
            try Files.removeTree(path)
        }
    }

    /// Writes down that something is about to be removed. Where there is no room for that, it is removed all the same:
    /// what a process that dies meanwhile would leave is found by `collectGarbage`.
    func noteRemoval(_ subject: StoreSession.Subject, _ id: String) throws {
        do {
            try journal().note(subject, id)
        } catch let error as LinuxError where error.isOutOfSpace {}
    }

    /// This process's journal, begun when it first changes something.
    func journal() throws -> StoreSession {
        if let session { return session }
        let begun = try StoreSession.begin(in: layout.sessions)
        session = begun
        return begun
    }
}

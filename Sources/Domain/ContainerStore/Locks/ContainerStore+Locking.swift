import LinuxSystem

// arithmetic: depth: how often a lock is held

extension ContainerStore {
    /// Runs `body` while holding these locks, acquired in the format's order, with records up to date.
    ///
    /// Calls may nest as long as an inner one needs no lock that precedes those already held. If `body` fails, its
    /// unsaved changes are discarded.
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
                // A caller that still holds a lock continues with what the files say.
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

    /// Removes what the outermost call has put away, once nobody has to wait for it.
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

    /// The directory to which the current call moves what it removes.
    func trashDirectory() throws -> TemporaryDirectory {
        if let trash { return trash }
        let made = try TemporaryDirectory.make(in: layout.temporaryDirectories)
        trash = made
        return made
    }

    /// Immediately removes what the current call has put away so far, to free space.
    func emptyTrash() throws {
        guard let trash else { return }
        for place in [trash.path, "\(layout.staging)/\(trash.token)"] where Files.exists(place) {
            for entry in try Files.entries(ofDirectory: place) {
                try Files.removeTree("\(place)/\(entry.text)")
            }
        }
    }

    /// Moves a file or directory below the graph root out of the way, to be removed once the locks are released. A
    /// missing one is ignored. The driver's own directory may be a separate mount, so its trash directory cannot take
    /// these.
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

    /// Records that something is about to be removed. If there is no space for that, the removal goes on all the same:
    /// if the process dies meanwhile, `collectGarbage` finds what is left.
    func noteRemoval(_ subject: StoreSession.Subject, _ id: String) throws {
        do {
            try journal().note(subject, id)
        } catch let error as LinuxError where error.isOutOfSpace {}
    }

    /// This process's journal, created by its first change.
    func journal() throws -> StoreSession {
        if let session { return session }
        let begun = try StoreSession.begin(in: layout.sessions)
        session = begun
        return begun
    }
}

import ContainerStore
import LinuxSystem

/// Starts cache mounts afresh in builds without a cache.
enum CacheRenewal {
    /// Puts a cache's content away. Commands of other builds that are using it keep it; a later renewal, or `prune`,
    /// deletes it.
    ///
    /// - Parameter directory: the cache's directory, which need not exist.
    static func renew(_ directory: String, in store: ContainerStore) throws {
        let parent = store.layout.cacheMounts
        let name = String(directory.dropFirst(parent.utf8.count + 1))
        let entries = try Files.entries(ofDirectory: parent).map(\.text)
        for entry in entries where entry == name || isNumbered(entry, of: name) {
            do throws(LinuxError) {
                try Files.rename("\(parent)/\(entry)", "\(parent)/\(name).old.\(RandomBytes.hex(8))")
            } catch {
                // Another build has put it away at the same time.
                guard error.isMissing else { throw error }
            }
        }
        guard try HeldLock(trying: "\(directory).users.lock") != nil else { return }
        for entry in try Files.entries(ofDirectory: parent).map(\.text) where entry.hasPrefix("\(name).old.") {
            try Files.removeTree("\(parent)/\(entry)")
        }
    }

    /// Whether it is one of the directories of a private cache (`NAME.1`).
    private static func isNumbered(_ entry: String, of name: String) -> Bool {
        entry.hasPrefix("\(name).") && Int(entry.dropFirst(name.utf8.count + 1)) != nil
    }
}

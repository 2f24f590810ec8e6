import Glibc

/// The processes that another one started, and those that these started.
package enum ProcessTree {
    /// Sends a signal to every descendant of a process. Those that started no process themselves come last.
    package static func signalDescendants(of process: Int32, _ number: Int32) {
        for child in descendants(of: process) { kill(child, number) }
    }

    /// The descendants, parents before their children.
    static func descendants(of process: Int32) -> [Int32] {
        var found: [Int32] = []
        var pending = [process]
        while let parent = pending.popLast() {
            for child in children(of: parent) where !found.contains(child) {
                found.append(child)
                pending.append(child)
            }
        }
        return found
    }

    private static func children(of process: Int32) -> [Int32] {
        let tasks = (try? Files.entries(ofDirectory: "/proc/\(process)/task")) ?? []
        return tasks.flatMap { task -> [Int32] in
            let file = "/proc/\(process)/task/\(task.text)/children"
            guard let bytes = try? Files.readFile(file, limit: 1 << 20) else { return [] }
            return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
        }
    }
}

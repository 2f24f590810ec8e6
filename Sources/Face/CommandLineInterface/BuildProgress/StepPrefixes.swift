import ProgressEvents
import Synchronization

/// Which step a line belongs to, while commands of several run at once.
final class StepPrefixes: Sendable {
    private let running = Mutex<[Int: String]>([:])

    /// Notes the beginning of a step.
    func begin(_ id: Int, _ prefix: String) { running.withLock { $0[id] = prefix } }

    /// Notes the end of a step.
    ///
    /// - Returns: its prefix, if others are still in progress.
    func end(_ id: Int) -> String {
        running.withLock { running in
            let prefix = running.removeValue(forKey: id)
            return running.isEmpty ? "" : prefix ?? ""
        }
    }

    /// Whole lines with the prefix of their step, if others are in progress as well.
    func prefixed(_ id: Int, _ bytes: [UInt8]) -> [UInt8] {
        let prefix = running.withLock { $0.count > 1 ? $0[id] ?? "" : "" }
        if prefix.isEmpty { return bytes }
        var result: [UInt8] = []
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast(
            bytes.last == UInt8(ascii: "\n") ? 1 : 0)
        {
            // A line without end would continue with that of another step.
            result += Array(prefix.utf8) + line + [UInt8(ascii: "\n")]
        }
        return result
    }

    /// `[builder 2/5] `
    static func prefix(_ index: Int, _ count: Int, _ stage: ProgressEvent.Stage, platform: String?) -> String {
        let platform = (stage.platform ?? platform).map { "\($0) " } ?? ""
        return "[\(platform)\(stage.position == nil ? "" : "\(stage.name) ")\(index)/\(count)] "
    }
}

import ImageLayers
import ProgressEvents
import Synchronization
import TarArchive

/// Searches a layer for secrets while its archive is made: names, link targets, attributes and contents of its files, each
/// by itself. Compressed files are not looked into.
final class LayerSecretScanner: LayerContentObserver {
    private let gate: SecretGate
    private let patterns: SecretPatterns
    private let report: ProgressHandler
    private let state: Mutex<State>

    private struct State {
        var search: SecretSearch
        var name: [UInt8] = []
        /// What was found in the current file.
        var told: Set<SecretSearch.Leak> = []
        var hasFound = false
    }

    /// Nil if the build has no secrets.
    init?(_ gate: SecretGate, _ report: @escaping ProgressHandler) {
        guard let patterns = gate.patterns else { return nil }
        self.gate = gate
        self.patterns = patterns
        self.report = report
        state = Mutex(State(search: SecretSearch(patterns)))
    }

    /// Whether the layer contains a secret, which was allowed.
    var hasFound: Bool { state.withLock { $0.hasFound } }

    func begin(_ entry: TarEntry) throws {
        let isNamed = try state.withLock { state in
            state.search = SecretSearch(patterns)
            state.told = []
            let leaks = SecretSearch.leaks(in: entry.name, patterns)
            // The name is not shown then.
            state.name = leaks.isEmpty ? entry.name : []
            state.hasFound = state.hasFound || !leaks.isEmpty
            try gate.tell(leaks, in: "the layer, in the name of a file,", report)
            return !entry.linkTarget.isEmpty || !entry.xattrs.isEmpty
        }
        guard isNamed else { return }
        for text in [entry.linkTarget] + entry.xattrs.map(\.value) {
            try note { _ in SecretSearch.leaks(in: text, self.patterns) }
        }
    }

    func content(_ bytes: UnsafeRawBufferPointer) throws {
        try note { $0.leaks(in: bytes) }
    }

    private func note(_ search: (inout SecretSearch) -> Set<SecretSearch.Leak>) throws {
        try state.withLock { state in
            let leaks = search(&state.search).subtracting(state.told)
            if leaks.isEmpty { return }
            state.told.formUnion(leaks)
            state.hasFound = true
            let name = state.name.isEmpty ? "a file" : "file \(LayerError.shown(state.name))"
            try gate.tell(leaks, in: "\(name) in the layer", report)
        }
    }
}

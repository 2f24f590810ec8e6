import BuildGraph
import DockerfileSyntax
import LinuxSystem
import ProgressEvents
import Synchronization

/// Keeps the secrets of a build out of what it makes: layers, configuration, history and output are searched for them
/// while they come into being. A build without secrets does not search.
///
/// Its secrets may be added at any time, from any thread; what is made later is searched for them.
package final class SecretGate: Sendable {
    /// Whether a leak is a warning instead of an error.
    package let allowsLeaks: Bool
    private let state = Mutex(State())

    private struct State {
        var secrets: [(name: String, content: [UInt8])] = []
        var patterns: SecretPatterns?
    }

    package init(allowsLeaks: Bool = false) {
        self.allowsLeaks = allowsLeaks
    }

    /// Adds a secret; `name` is its name for messages.
    package func add(_ name: String, _ content: [UInt8]) {
        state.withLock { state in
            guard !state.secrets.contains(where: { $0.name == name && $0.content == content }) else { return }
            state.secrets.append((name, content))
            state.patterns = nil
        }
    }

    /// Adds a secret for the header `Authorization`: its credentials are one, too.
    package func add(header name: String, _ content: [UInt8]) {
        add(name, content)
        let words = content.split(separator: 0x20, maxSplits: 1)
        if words.count == 2 { add(name, Array(words[1])) }
    }

    /// What to search for; nil if there are no secrets.
    var patterns: SecretPatterns? {
        state.withLock { state in
            if state.secrets.isEmpty { return nil }
            let patterns = state.patterns ?? SecretPatterns(state.secrets)
            state.patterns = patterns
            return patterns.isEmpty ? nil : patterns
        }
    }

    /// Adds the secrets of a build as far as they are regular files or values. Others, such as pipes, can only be read
    /// once: by the command that asks for them.
    func add(_ secrets: [String: BuildSecret], _ lookUp: (String) throws -> PathHandle) {
        for (id, secret) in secrets {
            if case .file(let path) = secret {
                guard let status = try? lookUp(path).status(), status.kind == .regular else { continue }
            }
            guard let content = try? secret.content(lookUp) else { continue }
            if id.contains("_AUTH_HEADER") { add(header: id, content) } else { add(id, content) }
        }
    }

    /// Handles what was found: an error, or warnings.
    func tell(_ leaks: Set<SecretSearch.Leak>, in place: String, _ report: ProgressHandler) throws {
        let found = Set(leaks.map(\.description)).sorted().joined(separator: ", ")
        if found.isEmpty { return }
        guard allowsLeaks else {
            throw BuildError(
                .stepFailed, "\(place) contains \(found): keep it out, or allow it with --allow-secret-leaks")
        }
        report(.warning("[Warning] SecretLeak: \(place) contains \(found)"))
    }

    /// Checks an instruction before it is shown: the history would contain it.
    ///
    /// - Throws: an error with the position in the Dockerfile, which does not quote the line.
    func check(_ step: BuildNode.Step, in file: String, _ report: ProgressHandler) throws {
        guard let patterns else { return }
        let leaks = SecretSearch.leaks(in: Array(step.text.utf8), patterns)
        if leaks.isEmpty { return }
        do {
            let place =
                step.range.map { "line \($0.start.line) of \(file)" } ?? "an option or a trigger of the base image"
            try tell(leaks, in: place, report)
        } catch let error as BuildError {
            throw BuildError(error.code, error.message, excerpt: error.message)
        }
    }
}

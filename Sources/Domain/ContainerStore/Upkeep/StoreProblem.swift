/// An inconsistency in a store.
package struct StoreProblem: Sendable, Equatable {
    /// What is damaged.
    package enum Subject: Sendable, Hashable {
        case layer(String)
        case image(String)
        case container(String)
        /// Files that no record names.
        case remains(String)
    }

    /// How it can be fixed.
    enum Remedy: Sendable {
        /// The object must be removed, and whatever needs it.
        case removal
        /// It can be repaired.
        case mending
    }

    package let subject: Subject
    /// The problem, on one line.
    package let text: String
    let remedy: Remedy

    init(_ subject: Subject, _ text: String, remedy: Remedy = .removal) {
        self.subject = subject
        self.text = text
        self.remedy = remedy
    }
}

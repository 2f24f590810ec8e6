/// Something in a store that contradicts something else.
package struct StoreProblem: Sendable, Equatable {
    /// What is damaged.
    package enum Subject: Sendable, Hashable {
        case layer(String)
        case image(String)
        case container(String)
        /// Files that no record names.
        case remains(String)
    }

    /// What can be done about it.
    enum Remedy: Sendable {
        /// The thing has to go, and what needs it.
        case removal
        /// It can be put right.
        case mending
    }

    package let subject: Subject
    /// What is wrong, on one line.
    package let text: String
    let remedy: Remedy

    init(_ subject: Subject, _ text: String, remedy: Remedy = .removal) {
        self.subject = subject
        self.text = text
        self.remedy = remedy
    }
}

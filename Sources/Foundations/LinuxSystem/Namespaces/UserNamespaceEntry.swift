/// How this process came to the privileges over its storage, and what ids it has.
package struct UserNamespaceEntry: Sendable, Equatable {
    /// What happened.
    package enum Kind: Sendable, Equatable {
        /// The process is root of the machine: nothing was done.
        case alreadyRoot
        /// The process was already root of a user namespace: nothing was done.
        case alreadyInside
        /// The process moved into new user and mount namespaces.
        case entered
    }

    /// What happened.
    package let kind: Kind
    /// The user and group that the process had before it, or an ancestor, entered; 0 for root.
    package let rootlessUID, rootlessGID: UInt32
    /// The ids inside and what they are outside. `identity` for `alreadyRoot`.
    package let uidMap, gidMap: IDMapping
    /// Only one user id exists: no file can belong to anybody else.
    package let isSingleID: Bool
    /// What the user should be told once about this entry, with the cure.
    package let warning: String?
}

/// Why the user namespace could not be entered; the message names the blocker and the cure.
package struct UserNamespaceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What stood in the way.
    package enum Kind: Sendable, Equatable {
        /// The kernel lacks user namespaces, or a setting turns them off.
        case disabled
        /// A security module or filter forbids them.
        case forbidden
        /// The limit of namespaces is used up.
        case exhausted
        /// newuidmap or newgidmap failed.
        case mappingProgramFailed
        /// The process already has several threads: a mistake in the program.
        case tooManyThreads
        /// Any other failure of the kernel.
        case failed
    }

    /// What stood in the way.
    package let kind: Kind
    /// One line.
    package let message: String

    /// The message.
    package var description: String { message }
}

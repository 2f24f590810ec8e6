/// How this process obtained its privileges over the storage, and its id mappings.
package struct UserNamespaceEntry: Sendable, Equatable {
    /// What happened.
    package enum Kind: Sendable, Equatable {
        /// The process is root of the host: nothing was done.
        case alreadyRoot
        /// The process was already root of a user namespace: nothing was done.
        case alreadyInside
        /// The process moved into new user and mount namespaces.
        case entered
    }

    /// What happened.
    package let kind: Kind
    /// The user and group of the process before it, or an ancestor, entered the namespace; 0 for root.
    package let rootlessUID, rootlessGID: UInt32
    /// The id mappings. `identity` for `alreadyRoot`.
    package let uidMap, gidMap: IDMapping
    /// Whether only one user id is mapped: no file can belong to another user.
    package let isSingleID: Bool
    /// A warning to show once, with a remedy.
    package let warning: String?
}

/// Why the user namespace could not be entered; the message names the cause and a remedy.
package struct UserNamespaceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure.
    package enum Kind: Sendable, Equatable {
        /// The kernel lacks user namespaces, or a setting turns them off.
        case disabled
        /// Forbidden by a security module or seccomp filter.
        case forbidden
        /// The limit on the number of namespaces is reached.
        case exhausted
        /// newuidmap or newgidmap failed.
        case mappingProgramFailed
        /// The process already has several threads: a programming error.
        case tooManyThreads
        /// Any other kernel error.
        case failed
    }

    /// The kind of failure.
    package let kind: Kind
    /// The message, a single line.
    package let message: String

    /// The message.
    package var description: String { message }
}

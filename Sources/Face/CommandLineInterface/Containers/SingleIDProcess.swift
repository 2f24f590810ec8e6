import ContainerStore
import WorkingContainers

extension ContainerProcess {
    /// Runs the command as root where the user namespace has no other user, and says so if the user is another one.
    mutating func adapt(to store: ContainerStore, _ session: Session) {
        guard store.isSingleID else { return }
        hasSingleID = true
        guard !user.isEmpty, !["0", "root", "0:0", "root:root"].contains(user) else { return }
        session.printError(
            "Warning: user \(user): the command runs as root, the only user of this user namespace: this account has "
                + "no subordinate ids in /etc/subuid and /etc/subgid")
    }
}

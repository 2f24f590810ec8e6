import Glibc

extension StorageConfig {
    /// The rootless user's directory for data of the login session, as chosen by containers/storage.
    ///
    /// `$XDG_RUNTIME_DIR`, unless it cannot exist or is another user's, which `su` and `sudo -u` hand over; otherwise
    /// `/run/user/UID` if a login manager created it; otherwise `$TMPDIR/storage-run-UID` (in `/tmp`) unless it belongs
    /// to somebody else; otherwise `~/rundir`.
    static func runtimeDirectory(env: ConfigEnvironment) -> String {
        if let directory = env.runtimeDirectory { return directory }
        // Inside the user's own namespace, the user's files appear to belong to the mapped id.
        let owners = [env.uid, geteuid()]
        let session = env.system("/run/user/\(env.uid)")
        if ConfigFiles.isDirectory(session, ownedBy: owners) { return session }
        let named = env.value("TMPDIR").flatMap { ConfigFiles.isWritableDirectory($0) ? $0 : nil }
        let temporary = "\(named ?? env.system("/tmp"))/storage-run-\(env.uid)"
        if !ConfigFiles.isTaken(temporary) || ConfigFiles.isDirectory(temporary, ownedBy: owners) { return temporary }
        return env.underHome("rundir") ?? temporary
    }
}

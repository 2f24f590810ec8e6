import CSandbox
import Glibc

extension OperationPurpose {
    /// The error if this operation failed.
    func failure(errno: Int32, detail: UInt32) -> SandboxError {
        switch self {
        case .command(let name, let isSearched):
            commandFailure(name, isSearched: isSearched, errno: errno, detail: detail)
        case .workingDirectory(let path):
            SandboxError(.commandNotExecutable, "cannot enter working directory `\(path)`", errno: errno)
        default:
            SandboxError(.setup, explanation(errno: errno), errno: errno)
        }
    }

    private func commandFailure(_ name: String, isSearched: Bool, errno: Int32, detail: UInt32) -> SandboxError {
        if detail == UInt32(SANDBOX_INTERPRETER_MISSING) {
            return SandboxError(
                .commandNotFound, "cannot execute `\(name)`: the interpreter or loader it needs was not found",
                errno: errno)
        }
        if errno == ENOENT || errno == ENOTDIR {
            let place = isSearched ? " in $PATH" : ""
            return SandboxError(.commandNotFound, "executable file `\(name)` not found\(place)", errno: errno)
        }
        // Both scripts without an interpreter line and programs for other architectures end here.
        let hint =
            errno == ENOEXEC
            ? " (a program for another architecture needs an emulator in binfmt_misc, as Debian's qemu-user-static sets up)"
            : ""
        return SandboxError(.commandNotExecutable, "cannot execute `\(name)`\(hint)", errno: errno)
    }

    private func explanation(errno: Int32) -> String {
        switch self {
        case .rootFilesystem(let path): return "mount the root file system at \(path)"
        case .mount(let type, let target): return "mount \(type) at \(target)"
        case .bind(let source, let target): return "bind \(source) to \(target)"
        case .device(let path): return "make device \(path)"
        case .restrict(let path): return "restrict access to \(path)"
        case .namespace(let path): return "join namespace \(path)"
        case .limit(let name): return "set resource limit \(name)"
        case .user(let uid, let gid):
            let hint = errno == EINVAL ? " (is it mapped in this user namespace?)" : ""
            return "become user \(uid) and group \(gid)\(hint)"
        case .groups:
            let hint = errno == EINVAL ? " (are all of them mapped in this user namespace?)" : ""
            return "set supplementary groups\(hint)"
        case .step(let name): return name
        case .command(let name, _), .workingDirectory(let name): return name
        }
    }
}

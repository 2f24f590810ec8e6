import Glibc
package import SystemPackage

/// A system call that failed: what was tried, on what, and the kernel's answer.
package struct LinuxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The call or the attempt, such as `open`.
    package let operation: String
    /// The path or name it was about; empty where there is none.
    package let path: String
    /// The kernel's error number.
    package let errno: Errno

    /// Makes an error by hand.
    package init(_ operation: String, _ path: String = "", _ errno: Errno) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    /// Makes an error from a plain error number such as `ENOENT`, for callers that do not import SystemPackage.
    package init(_ operation: String, _ path: String = "", code: Int32) {
        self.init(operation, path, Errno(rawValue: code))
    }

    /// The plain error number, to compare with `ENOENT` and its kin.
    package var code: Int32 { errno.rawValue }

    /// The file or a directory on the way does not exist (`ENOENT`, `ENOTDIR`).
    package var isMissing: Bool { code == ENOENT || code == ENOTDIR }

    /// `open /x: no such file or directory`; the kernel's answer in small letters, as this field's tools have it.
    package var description: String {
        let whole = "\(errno)"
        let answer = whole.prefix(1).lowercased() + whole.dropFirst()
        return path.isEmpty ? "\(operation): \(answer)" : "\(operation) \(path): \(answer)"
    }
}

/// Passes a system call's value on and throws what was `-errno`. The path is read only on failure.
@discardableResult
func checked<Value: SignedInteger>(
    _ result: Value, _ operation: String, _ path: @autoclosure () -> String = ""
) throws(LinuxError) -> Value {
    if result >= 0 { return result }
    throw LinuxError(operation, path(), code: Int32(clamping: -Int64(result)))
}

/// As above for paths as the kernel takes them.
@discardableResult
func checked<Value: SignedInteger>(
    _ result: Value, _ operation: String, _ path: UnsafePointer<CChar>
) throws(LinuxError) -> Value {
    if result >= 0 { return result }
    throw LinuxError(operation, String(cString: path), code: Int32(clamping: -Int64(result)))
}

import Glibc
package import SystemPackage

/// A failed system call: the operation, its object and the error number.
package struct LinuxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The system call or operation, such as `open`.
    package let operation: String
    /// The path or name it applied to; empty if there is none.
    package let path: String
    /// The kernel's error number.
    package let errno: Errno

    /// Creates an error.
    package init(_ operation: String, _ path: String = "", _ errno: Errno) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    /// Creates an error from a plain error number such as `ENOENT`, for callers that do not import SystemPackage.
    package init(_ operation: String, _ path: String = "", code: Int32) {
        self.init(operation, path, Errno(rawValue: code))
    }

    /// The plain error number, for comparison with `ENOENT` and the like.
    package var code: Int32 { errno.rawValue }

    /// The file or one of its parent directories does not exist (`ENOENT`, `ENOTDIR`).
    package var isMissing: Bool { code == ENOENT || code == ENOTDIR }

    /// `open /x: no such file or directory`; the error text in lower case, like Go programs.
    package var description: String {
        let whole = "\(errno)"
        let answer = whole.prefix(1).lowercased() + whole.dropFirst()
        return path.isEmpty ? "\(operation): \(answer)" : "\(operation) \(path): \(answer)"
    }
}

/// Returns a system call's result, or throws if it is `-errno`. The path is read only on failure.
@discardableResult
func checked<Value: SignedInteger>(
    _ result: Value, _ operation: String, _ path: @autoclosure () -> String = ""
) throws(LinuxError) -> Value {
    if result >= 0 { return result }
    throw LinuxError(operation, path(), code: Int32(clamping: -Int64(result)))
}

/// As above, for NUL-terminated paths.
@discardableResult
func checked<Value: SignedInteger>(
    _ result: Value, _ operation: String, _ path: UnsafePointer<CChar>
) throws(LinuxError) -> Value {
    if result >= 0 { return result }
    throw LinuxError(operation, String(cString: path), code: Int32(clamping: -Int64(result)))
}

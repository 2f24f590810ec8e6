import Glibc
import JSONText

/// Edits a credential file, preserving everything else in it.
package struct AuthFileEditor {
    private let file: String
    private var root: JSONObject
    /// The parsed file; nil if it does not exist.
    package let contents: AuthFile?

    /// Reads the file; a missing one counts as empty.
    ///
    /// - Throws: ``ConfigError`` if it is not a credential file.
    package init(_ file: String) throws(ConfigError) {
        self.file = file
        guard let bytes = try ConfigFiles.readIfPresent(file), !bytes.allSatisfy({ $0 <= 0x20 }) else {
            root = JSONObject()
            contents = nil
            return
        }
        contents = try AuthFile(parsing: bytes, file: file, isLegacy: false)
        root = try ConfigJSON.parse(bytes, file: file).object ?? JSONObject()
    }

    /// The name of the helper that stores a registry's credentials instead of this file.
    package func helper(for registry: String) -> String? {
        let store = contents?.credentialsStore ?? ""
        return contents?.credentialHelpers[registry] ?? (store.isEmpty ? nil : store)
    }

    /// The file with credentials for `key`, replacing existing ones.
    package func setting(user: String, password: String, for key: String) -> AuthFileEditor {
        var auths = root["auths"]?.object ?? JSONObject()
        auths.set(key, to: .object(JSONObject([("auth", .string(Base64.encode("\(user):\(password)".utf8)))])))
        return replacing(auths)
    }

    /// The file without credentials for `key`; nil if it has none.
    package func removing(_ key: String) -> AuthFileEditor? {
        var auths = root["auths"]?.object ?? JSONObject()
        guard auths.remove(key) != nil else { return nil }
        return replacing(auths)
    }

    /// The file without any credentials.
    package func removingAll() -> AuthFileEditor { replacing(JSONObject()) }

    private func replacing(_ auths: JSONObject) -> AuthFileEditor {
        var result = self
        result.root.set("auths", to: .object(auths))
        return result
    }

    /// Replaces the file atomically, readable only by its owner.
    ///
    /// - Throws: ``ConfigError`` if it cannot be written.
    package func write() throws(ConfigError) {
        var bytes = JSONValue.object(root).serialized(pretty: true)
        bytes.append(UInt8(ascii: "\n"))
        // Symbolic links are followed, so that the actual file is replaced.
        let target = ConfigFiles.canonical(file)
        try makeParents(of: target)
        let temporary = "\(target).\(getpid()).tmp"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure() }
        let isWritten = bytes.withUnsafeBytes { buffer in
            var rest = UnsafeRawBufferPointer(buffer)
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count <= 0 { return false }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            return fsync(descriptor) == 0
        }
        let error = failure()
        close(descriptor)
        guard isWritten, rename(temporary, target) == 0 else {
            unlink(temporary)
            throw isWritten ? failure() : error
        }
    }

    private func makeParents(of path: String) throws(ConfigError) {
        var end = path.startIndex
        while let slash = path[path.index(after: end)...].firstIndex(of: "/") {
            end = slash
            if mkdir(String(path[..<slash]), 0o700) != 0, errno != EEXIST, !ConfigFiles.exists(String(path[..<slash])) {
                throw failure()
            }
        }
    }

    private func failure() -> ConfigError {
        ConfigError(.unreadable, "cannot be written: \(String(cString: strerror(errno)))", file: file)
    }
}

import Glibc
import JSONText

/// Changes one credential file, and leaves all else in it as it is.
package struct AuthFileEditor {
    private let file: String
    private var root: JSONObject
    /// What the file says; nil when it does not exist.
    package let contents: AuthFile?

    /// Reads the file; one that does not exist counts as empty.
    ///
    /// - Throws: ``ConfigError`` for what is no credential file.
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

    /// The name of the helper that keeps a registry's credentials instead of this file.
    package func helper(for registry: String) -> String? {
        let store = contents?.credentialsStore ?? ""
        return contents?.credentialHelpers[registry] ?? (store.isEmpty ? nil : store)
    }

    /// The file with credentials for `key`, in the place of those it had.
    package func setting(user: String, password: String, for key: String) -> AuthFileEditor {
        var auths = root["auths"]?.object ?? JSONObject()
        auths.set(key, to: .object(JSONObject([("auth", .string(Base64.encode("\(user):\(password)".utf8)))])))
        return replacing(auths)
    }

    /// The file without credentials for `key`; nil when it has none.
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

    /// Replaces the file, readable by its owner alone. Whoever reads it meanwhile sees the old one or the new one.
    ///
    /// - Throws: ``ConfigError`` when it cannot be written.
    package func write() throws(ConfigError) {
        var bytes = JSONValue.object(root).serialized(pretty: true)
        bytes.append(UInt8(ascii: "\n"))
        // A link leads to the file that is meant.
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

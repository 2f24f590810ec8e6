import Glibc

@testable import ContainersConfig

/// A directory that stands for the root of a host; removed with everything in it at the end.
final class TemporaryRoot {
    let path: String

    init() {
        var template = Array("/tmp/containers-config-XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
    }

    deinit {
        Self.removeTree(path)
    }

    private static func removeTree(_ path: String) {
        if remove(path) == 0 { return }
        for name in (try? ConfigFiles.names(in: path)) ?? [] { removeTree("\(path)/\(name)") }
        remove(path)
    }

    /// Writes `text` to the file at `relative`, making its directories.
    @discardableResult
    func write(_ relative: String, _ text: String) -> String {
        makeDirectory(relative.split(separator: "/").dropLast().joined(separator: "/"))
        let file = "\(path)/\(relative)"
        let stream = fopen(file, "w")
        fputs(text, stream)
        fclose(stream)
        return file
    }

    @discardableResult
    func makeDirectory(_ relative: String) -> String {
        var directory = path
        for part in relative.split(separator: "/") {
            directory += "/\(part)"
            mkdir(directory, 0o755)
        }
        return directory
    }

    /// An ordinary user's environment below this root.
    func user(_ variables: [String: String] = [:], uid: UInt32? = nil) -> ConfigEnvironment {
        let home = makeDirectory("home/someone")
        return ConfigEnvironment(
            uid: uid ?? (getuid() == 0 ? 4242 : getuid()), home: home,
            environment: ["HOME": home, "USER": "someone"].merging(variables) { $1 }, systemRoot: path)
    }

    /// Root's environment below this root.
    func root(_ variables: [String: String] = [:]) -> ConfigEnvironment {
        ConfigEnvironment(uid: 0, home: "\(path)/root", environment: variables, systemRoot: path)
    }
}

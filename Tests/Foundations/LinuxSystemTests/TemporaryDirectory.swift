import Glibc
import LinuxSystem

/// A directory that goes with the value.
final class TemporaryDirectory {
    let path: String

    /// In memory where the system has a place for that: for tests with very many files.
    init(inMemory: Bool = false) throws {
        let parent = inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        path = "\(parent)/swiftlet-test-\(RandomBytes.hex(8))"
        try Files.makeDirectory(path)
    }

    deinit {
        try? Files.removeTree(path)
    }

    /// The path of something in it.
    func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Makes a small file in it.
    func write(_ name: String, _ text: String) throws {
        try Files.replaceFile(self(name), with: Array(text.utf8), synchronize: false)
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Files.readFile(self(name)), as: UTF8.self)
    }
}

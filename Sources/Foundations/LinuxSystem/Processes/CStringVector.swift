import Glibc

/// A NULL-terminated array of C strings for exec, valid as long as this value lives.
struct CStringVector: ~Copyable {
    private let storage: UnsafeMutableBufferPointer<UnsafeMutablePointer<CChar>?>

    init(_ strings: [String]) {
        storage = .allocate(capacity: strings.count + 1)
        storage.initialize(repeating: nil)
        for (index, string) in strings.enumerated() { storage[index] = strdup(string) }
    }

    deinit {
        for string in storage { free(string) }
        storage.deallocate()
    }

    /// For `char *const argv[]`.
    var pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? { storage.baseAddress }

    /// For `const char *const argv[]`.
    var constantPointer: UnsafePointer<UnsafePointer<CChar>?>? {
        UnsafeRawPointer(storage.baseAddress)?.assumingMemoryBound(to: UnsafePointer<CChar>?.self)
    }
}

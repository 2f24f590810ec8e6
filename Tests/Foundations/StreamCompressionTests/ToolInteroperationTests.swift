import Glibc
import Testing

@testable import StreamCompression

/// Compares with the installed command-line tools.
@Suite struct ToolInteroperationTests {
    struct Tool: Sendable, CustomTestStringConvertible {
        let name: String
        let compression: Compression

        var testDescription: String { name }
        var path: String? { ["/usr/bin/", "/bin/"].map { $0 + name }.first { access($0, X_OK) == 0 } }
    }

    static let tools = [
        Tool(name: "gzip", compression: .gzip), Tool(name: "igzip", compression: .gzip),
        Tool(name: "pigz", compression: .gzip), Tool(name: "zstd", compression: .zstd),
        Tool(name: "xz", compression: .xz), Tool(name: "bzip2", compression: .bzip2),
    ].filter { $0.path != nil }

    /// An unnamed file.
    private func temporaryFile(_ bytes: [UInt8] = []) throws -> Int32 {
        var template = Array("/tmp/stream-compression-XXXXXX".utf8CString)
        let fd = mkstemp(&template)
        try #require(fd >= 0)
        unlink(template)
        try FileDescriptorSink(fd: fd).write(bytes)
        lseek(fd, 0, SEEK_SET)
        return fd
    }

    /// Runs `tool` as a filter.
    private func run(_ tool: Tool, _ option: String, _ input: [UInt8]) throws -> (output: [UInt8], status: Int32) {
        let path = try #require(tool.path)
        let inputFD = try temporaryFile(input)
        let outputFD = try temporaryFile()
        defer {
            close(inputFD)
            close(outputFD)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, inputFD, 0)
        posix_spawn_file_actions_adddup2(&actions, outputFD, 1)
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), strdup(option), nil]
        defer { for argument in arguments { free(argument) } }
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var pid = pid_t()
        try #require(posix_spawn(&pid, path, &actions, nil, &arguments, &environment) == 0)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {}
        lseek(outputFD, 0, SEEK_SET)
        return (try FileDescriptorSource(fd: outputFD).readAll(limit: 1 << 28), status)
    }

    @Test(arguments: tools, [0, 1, 100_000, 2_200_000])
    func theToolReadsWhatWeWrite(_ tool: Tool, _ count: Int) throws {
        let bytes = SampleContent.mixed.bytes(count)
        let result = try run(tool, "-dc", Codec.compress(bytes, tool.compression, level: 3))
        #expect(result.status == 0)
        #expect(result.output == bytes)
    }

    @Test(arguments: tools, ["-1c", "-3c"])
    func weReadWhatTheToolWrites(_ tool: Tool, _ option: String) throws {
        for bytes in [SampleContent.empty.bytes(), SampleContent.text.bytes(1000), SampleContent.mixed.bytes(300_000)] {
            let result = try run(tool, option, bytes)
            #expect(result.status == 0)
            #expect(try Codec.decompress(result.output, chunk: 10_007) == bytes)
        }
    }
}

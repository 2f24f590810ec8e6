import Glibc
import LinuxSystem
import Testing

@Suite struct ChildProcessTests {
    private func shell(
        _ script: String, environment: [String]? = nil, input: [UInt8]? = nil, limit: Int = 64 << 20
    ) throws -> (status: Int32, output: String, errors: String) {
        let result = try ChildProcess.run(
            ["sh", "-c", script], environment: environment, input: input, captureOutput: true, outputLimit: limit)
        return (
            result.status, String(decoding: result.output, as: UTF8.self),
            String(decoding: result.errors, as: UTF8.self)
        )
    }

    @Test func outputErrorsAndExitCodeAreReturned() throws {
        let result = try shell("echo out; echo err >&2; exit 3")
        #expect(result == (3, "out\n", "err\n"))
    }

    @Test func exitCodeAfterASignalIs128PlusItsNumber() throws {
        #expect(try shell("kill -TERM $$").status == 128 + SIGTERM)
    }

    @Test func missingProgramIsAnError() throws {
        let error = #expect(throws: LinuxError.self) {
            try ChildProcess.run(["/no/such/program"], captureOutput: true)
        }
        #expect(error?.description == "run /no/such/program: no such file or directory")
        #expect(throws: LinuxError.self) { try ChildProcess.run([], captureOutput: true) }
    }

    @Test func largeInputAndOutputDoNotBlock() throws {
        let input = [UInt8](repeating: 0x61, count: 1 << 20)
        let result = try ChildProcess.run(
            ["sh", "-c", "head -c 200000 /dev/zero >&2; cat"], input: input, captureOutput: true)
        #expect(result.errors.count == 200_000)
        let same = result.output == input
        #expect(same)
    }

    @Test func unreadInputIsNotAnError() throws {
        let result = try ChildProcess.run(["true"], input: [UInt8](repeating: 0, count: 1 << 20), captureOutput: true)
        #expect(result.status == 0)
    }

    @Test func standardInputIsEmptyByDefault() throws {
        #expect(try shell("cat; echo end") == (0, "end\n", ""))
        #expect(try shell("cat; echo end", input: []) == (0, "end\n", ""))
    }

    @Test func environmentAndDirectoryAreInherited() throws {
        #expect(try shell("echo $A-$HOME", environment: ["A=b"]).output == "b-\n")
        let result = try ChildProcess.run(["pwd"], captureOutput: true, workingDirectory: "/usr")
        #expect(result.output == Array("/usr\n".utf8))
    }

    @Test func excessiveOutputTerminatesTheProgram() throws {
        let error = #expect(throws: LinuxError.self) { try shell("cat /dev/zero", limit: 1 << 20) }
        #expect(error?.code == EFBIG)
    }
}

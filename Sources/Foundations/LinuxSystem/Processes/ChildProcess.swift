import CLinux
import Glibc

/// Runs other programs.
package enum ChildProcess {
    /// Runs a program and waits for it.
    ///
    /// `argv[0]` is a path, or a name looked up in this process's PATH. `environment` contains `NAME=value` entries;
    /// nil inherits this process's own. `input` is passed on standard input. With `captureOutput`, both output streams
    /// are returned (above `outputLimit` bytes the program is killed and `EFBIG` thrown), and standard input is empty
    /// without `input`; otherwise the streams are inherited.
    ///
    /// A program that writes nothing to its captured streams for `silenceLimit` seconds is killed, with everything it
    /// started, and `ETIMEDOUT` thrown.
    ///
    /// The status is the exit code, or 128 plus the number of the signal that terminated the program.
    package static func run(
        _ argv: [String], environment: [String]? = nil, input: [UInt8]? = nil, captureOutput: Bool,
        workingDirectory: String? = nil, outputLimit: Int = 64 << 20, silenceLimit: Int32? = nil
    ) throws(LinuxError) -> (status: Int32, output: [UInt8], errors: [UInt8]) {
        guard let program = argv.first else { throw LinuxError("run program", code: EINVAL) }
        var streams = try ChildStreams(hasInput: input != nil, captureOutput: captureOutput)
        let arguments = CStringVector(argv)
        let variables = CStringVector(environment ?? [])
        let pid = withOptionalCString(workingDirectory) { directory in
            program.withCString { program in
                var plan = linux_spawn_plan(
                    program: program, argv: arguments.pointer,
                    environment: environment == nil ? nil : variables.pointer,
                    directory: directory, streams: streams.ofChild)
                return linux_spawn(&plan)
            }
        }
        try checked(pid, "run", program)
        streams.closeChildEnds()
        do throws(LinuxError) {
            let (output, errors) = try streams.exchange(input ?? [], limit: outputLimit, silence: silenceLimit)
            return (try wait(for: pid), output, errors)
        } catch {
            if error.code == ETIMEDOUT { ProcessTree.signalDescendants(of: pid, SIGKILL) }
            kill(pid, SIGKILL)
            _ = try? wait(for: pid)
            throw LinuxError(error.operation, program, error.errno)
        }
    }

    private static func wait(for pid: Int32) throws(LinuxError) -> Int32 {
        var status: Int32 = 0
        try checked(linux_waitpid(pid, &status, 0), "wait for program")
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }

    private static func withOptionalCString<R>(_ string: String?, _ body: (UnsafePointer<CChar>?) -> R) -> R {
        string.map { $0.withCString(body) } ?? body(nil)
    }
}

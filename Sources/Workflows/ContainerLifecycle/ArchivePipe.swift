import Glibc
import LinuxSystem
import StreamCompression
import WorkingContainers

/// An archive that is written on one thread and read on another.
enum ArchivePipe {
    static func run(
        _ write: @escaping @Sendable (FileDescriptorSink) throws -> Void,
        reading read: (FileDescriptorSource) throws -> Void
    ) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw LinuxError("pipe", code: errno) }
        let reader = OwnedFD(adopting: ends[0])
        let output = ends[1]
        let failure = ErrorBox()
        let thread = try PlainThread {
            defer { _ = Glibc.close(output) }
            do { try write(FileDescriptorSink(fd: output)) } catch { failure.set(error) }
        }
        do {
            try read(FileDescriptorSource(fd: reader.raw))
        } catch {
            // The writer's own failure is more informative than the truncated archive it caused. Without a reader the
            // writer ends.
            reader.close()
            thread.join()
            throw failure.error ?? error
        }
        reader.close()
        thread.join()
        if let error = failure.error { throw error }
    }
}

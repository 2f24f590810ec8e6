import LinuxSystem
import ProgressEvents
import Testing

@testable import CommandLineInterface

/// Debug records as text.
@Suite struct DebugOutputTests {
    @Test func valuesAreQuotedWhereNeeded() {
        let record = DebugRecord(
            message: "registry request",
            fields: [
                ("method", "GET"), ("url", "https://a/v2/"), ("empty", ""), ("odd", "a\"b\nc"), ("path", "/x-y_z.1@2"),
            ])
        #expect(
            DebugOutput.line(record, at: FileTime(seconds: 5))
                == #"time="1970-01-01T00:00:05Z" level=debug msg="registry request" method=GET url="https://a/v2/" "#
                + #"empty="" odd="a\"b\nc" path=/x-y_z.1@2"#)
    }
}

import Glibc
import HTTPHeaders
import LinuxSystem
import ProgressEvents

/// Records a request for `--log-level debug`, without secrets: no header fields, no bodies, no credentials in the URL,
/// and no values in its query except those of the registry protocol.
struct RequestRecord {
    private let request: HTTPRequest
    private let began = Clock.now()

    init(_ request: HTTPRequest) { self.request = request }

    /// Records the response's status.
    func end(status: String) { write([("status", status)]) }

    /// Records a request without a response.
    func end(_ error: any Error) { write([("error", "\(error)")]) }

    private func write(_ result: [(name: String, value: String)]) {
        DebugLog.write(
            "registry request",
            [("method", request.verb.rawValue), ("url", "\(request.address)")] + result
                + [("milliseconds", "\(milliseconds)")])
    }

    private var milliseconds: Int64 {
        let now = Clock.now()
        let seconds = now.seconds.subtractingSaturated(began.seconds)
        return seconds.multipliedReportingOverflow(by: 1000).partialValue
            .addingSaturated((now.nanoseconds.subtractingSaturated(began.nanoseconds)) / 1_000_000)
    }
}

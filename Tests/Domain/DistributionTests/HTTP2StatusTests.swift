import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2
import Testing

@testable import Distribution

/// What a stream of HTTP/2 may begin with.
@Suite struct HTTP2StatusTests {
    private func headers(_ status: String?, endStream: Bool = false) -> HTTP2Frame.FramePayload {
        let fields = status.map { [(":status", $0)] } ?? []
        return .headers(.init(headers: HPACKHeaders(fields), endStream: endStream))
    }

    /// How many of the frames come through.
    private func passing(_ frames: [HTTP2Frame.FramePayload]) throws -> Int {
        let channel = EmbeddedChannel(handler: HTTP2StatusHandler())
        defer { _ = try? channel.finish() }
        var count = 0
        for frame in frames {
            do { try channel.writeInbound(frame) } catch is InvalidStatus { return count }
            if try channel.readInbound(as: HTTP2Frame.FramePayload.self) != nil { count += 1 }
        }
        return count
    }

    @Test(arguments: ["200", "404", "999"])
    func finalResponsesPass(_ status: String) throws {
        #expect(try passing([headers(status)]) == 1)
        // Trailers have no status.
        #expect(try passing([headers("103"), headers(status), headers(nil, endStream: true)]) == 3)
    }

    @Test(arguments: ["-1", "-200", "099", "99", "000", "101", "1000", "+200", "2 0", "", "9223372036854775808"])
    func invalidStatusesAreErrors(_ status: String) throws {
        #expect(try passing([headers(status)]) == 0)
        #expect(try passing([headers("100"), headers(status), headers("200")]) == 1)
    }

    @Test func interimResponseMustNotEndTheStream() throws {
        #expect(try passing([headers("103", endStream: true)]) == 0)
        #expect(try passing([headers(nil)]) == 0)
    }
}

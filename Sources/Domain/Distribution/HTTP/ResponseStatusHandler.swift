import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// A status that no final response can have: below 100, or 101, which was not requested (RFC 9110, section 15).
struct InvalidStatus: Error {
    /// As sent by the server.
    let text: String
}

/// Closes a connection whose server sends a status that the HTTP client does not expect and would trap on: it treats
/// everything below 200 as an interim response before a final one.
final class ResponseStatusHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    private var hasFailed = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if hasFailed { return }
        guard case .head(let head) = unwrapInboundIn(data), head.status.code <= 101, head.status.code != 100 else {
            return context.fireChannelRead(data)
        }
        hasFailed = true
        context.fireErrorCaught(InvalidStatus(text: String(head.status.code)))
        context.close(promise: nil)
    }
}

/// The same for an HTTP/2 stream, before its frames are converted: the conversion traps on negative numbers.
final class HTTP2StatusHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload

    private var hasFailed = false
    /// Whether the final response has begun; after that, headers can only be trailers.
    private var hasHead = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if hasFailed { return }
        guard case .headers(let frame) = unwrapInboundIn(data), !hasHead else {
            return context.fireChannelRead(data)
        }
        let text = frame.headers.first(name: ":status") ?? ""
        let code = UInt16(text) ?? 0
        let isInterim = (100..<200).contains(code) && code != 101
        guard text.utf8.count == 3, code >= 200 || isInterim && !frame.endStream else {
            hasFailed = true
            context.fireErrorCaught(InvalidStatus(text: text))
            context.close(promise: nil)
            return
        }
        hasHead = !isInterim
        context.fireChannelRead(data)
    }
}

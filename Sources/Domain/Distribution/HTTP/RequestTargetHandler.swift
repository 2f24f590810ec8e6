import NIOCore
import NIOHTTP1

/// Sends the request target unmodified.
///
/// The HTTP client parses addresses with Foundation's `URL`, which decodes paths as UTF-8 and loses invalid ones
/// (`/caf%E9`). So the client gets no path at all: the target is passed in a header field of the request and replaced
/// here, before requests are serialized. A request sent to a proxy gets its absolute target (RFC 9112, section 3.2.2)
/// in the same way.
final class RequestTargetHandler: ChannelOutboundHandler, Sendable {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    /// The field that holds the target; never sent.
    static let field = "swiftlet-request-target"

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), let target = head.headers.first(name: Self.field) else {
            return context.write(data, promise: promise)
        }
        head.uri = target
        head.headers.remove(name: Self.field)
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}

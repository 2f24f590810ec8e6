import NIOCore
import NIOHTTP1

/// Sends the request target as it is written.
///
/// The HTTP client takes addresses apart with Foundation's `URL`, which decodes paths as UTF-8 and loses those that are not
/// (`/caf%E9`). So the client gets no path at all: the target travels in a header field of the request and takes its place
/// here, where requests have not been turned into bytes yet. A proxy that is sent the requests themselves gets an
/// absolute target (RFC 9112, section 3.2.2) in the same way.
final class RequestTargetHandler: ChannelOutboundHandler, Sendable {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    /// The field that carries the target; never sent.
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

import NIOCore
import NIOHTTP1

/// Makes requests name the whole address that they are for (RFC 9112, section 3.2.2), as a proxy wants to have it that
/// passes them on without securing them: the authority comes from the `Host` field.
final class AbsoluteFormHandler: ChannelOutboundHandler, Sendable {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), let authority = head.headers.first(name: "Host") else {
            return context.write(data, promise: promise)
        }
        head.uri = "http://\(authority)\(head.uri)"
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    /// Puts a handler where requests have not been turned into bytes yet.
    static func install(in channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(
                AbsoluteFormHandler(), position: .after(pipeline.handler(type: HTTPRequestEncoder.self)))
        }
    }
}

import NIOCore
import NIOHTTP1
import NIOHTTP2

/// What stands between the bytes of a connection and the HTTP client.
enum HTTPChannelHandlers {
    /// For a new connection that speaks HTTP/1.1.
    static func install(in channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(
                RequestTargetHandler(), position: .after(pipeline.handler(type: HTTPRequestEncoder.self)))
            try pipeline.addHandler(
                ResponseStatusHandler(),
                position: .after(pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)))
        }
    }

    /// For a new stream of a connection that speaks HTTP/2.
    static func install(inStream channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(HTTP2StatusHandler(), position: .first)
            try pipeline.addHandler(
                RequestTargetHandler(),
                position: .after(pipeline.handler(type: HTTP2FramePayloadToHTTP1ClientCodec.self)))
        }
    }
}

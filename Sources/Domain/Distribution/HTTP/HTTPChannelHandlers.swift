import NIOCore
import NIOHTTP1
import NIOHTTP2

/// The handlers between a connection's bytes and the HTTP client.
enum HTTPChannelHandlers {
    /// For a new HTTP/1.1 connection.
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

    /// For a new stream of an HTTP/2 connection.
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

import HTTPHeaders
import NIOCore
import NIOHTTP1
import StreamCompression

/// The body of a response as it arrives. Dropping it before its end closes the connection.
final class ResponseBody: ByteSource {
    private let exchange: HTTPExchange
    private let address: WebAddress
    private var current = ByteBuffer()
    private var isEnded = false
    private var trickle = TrickleWatch()

    init(_ exchange: HTTPExchange, from address: WebAddress) {
        self.exchange = exchange
        self.address = address
    }

    deinit {
        exchange.abandon()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while current.readableBytes == 0 {
            if isEnded { return 0 }
            let next: ByteBuffer?
            do {
                let before = ContinuousClock.now
                next = try exchange.nextPart()
                try trickle.add(next?.readableBytes ?? 0, waited: ContinuousClock.now - before, address)
            } catch {
                isEnded = true
                throw HTTPFailure.describe(error, at: address)
            }
            guard let next else {
                isEnded = true
                return 0
            }
            current = next
        }
        let count = current.withUnsafeReadableBytes { bytes in
            let count = min(bytes.count, buffer.count)
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            return count
        }
        current.moveReaderIndex(forwardBy: count)
        return count
    }
}

extension HTTPResponse {
    /// A response of which only the head has arrived.
    init(_ head: HTTPResponseHead, of exchange: HTTPExchange, from address: WebAddress) {
        status = Int(clamping: head.status.code)
        fields = HTTPFields(head.headers.map { (name: $0.name, value: $0.value) })
        body = ResponseBody(exchange, from: address)
        self.address = address
    }
}

import ContainersConfig
import ContentDigest
import HTTPHeaders
import ImageModel
import ImageTransports
import LinuxSystem
import StreamCompression
import Testing

@testable import Distribution

/// Whatever a server answers, the worst that comes of it is one error.
@Suite struct HostileServerTests {
    @Test(arguments: ["000", "007", "042", "099", "101"])
    func invalidStatusIsAnError(_ status: String) throws {
        let server = try registry { _ in response("\(status) Odd", body: "body") }
        defer { server.stop() }
        let error = #expect(throws: RegistryError.self) { try client(server).tags(of: "a/b") }
        #expect(error?.code == .malformed)
        #expect(error?.message.contains("status \"\(Int(status) ?? -1)\"") == true)
    }

    @Test(arguments: [600, 999, 299, 204])
    func unknownStatusIsAnError(_ status: Int) throws {
        let server = try registry { _ in response("\(status) Odd") }
        defer { server.stop() }
        #expect(throws: RegistryError.self) { try client(server).tags(of: "a/b") }
    }

    private static let numbers = [
        "9223372036854775807", "9223372036854775806", "9223372036854775808", "18446744073709551615", "-1", "+5", "",
        "99999999999999999999999999999999999999", "1152921504606846976",
    ]

    @Test(arguments: numbers)
    func anyReportedUploadOffsetIsHandled(_ number: String) throws {
        let directory = "/tmp/hostile-uploads-\(RandomBytes.hex(8))"
        defer { try? Files.removeTree(directory) }
        let bytes = [UInt8](repeating: 7, count: 2 << 20)
        let blob = Descriptor(mediaType: .ociLayer, describing: bytes)
        let server = try registry { request in
            let location = ["Location: /v2/a/b/blobs/uploads/1", "Range: 0-\(number)"]
            switch request.verb {
            case "POST", "PATCH": return response("202 Accepted", location)
            case "GET": return response("204 No Content", location)
            case "PUT": return response("201 Created")
            default: return response("404 Not Found")
            }
        }
        defer { server.stop() }
        for expected in [blob, nil] {
            let record = UploadRecord(of: "i", to: "a/b", on: server.host, in: directory)
            record?.update(try #require(WebAddress("http://\(server.host)/v2/a/b/blobs/uploads/1")), bytes: 5)
            _ = consume record
            let offer = BlobOffer(expected: expected, identity: "i") { MemorySource(bytes) }
            let put = try client(server).putBlob(offer, in: "a/b", records: directory)
            #expect(put.digest == blob.digest)
            #expect(try Files.entries(ofDirectory: directory).isEmpty, "the next push begins anew")
        }
    }

    @Test(arguments: numbers)
    func anyNumberInHeadersIsHandled(_ number: String) throws {
        let server = try registry { request in
            switch request.verb {
            case "HEAD": return response("200 OK", ["X-Length: 1"])
            case "POST":
                return response("202 Accepted", ["Location: /u", "OCI-Chunk-Min-Length: \(number)"])
            case "PATCH": return response("202 Accepted", ["Location: /u", "Range: 0-\(number)"])
            case "PUT": return response("201 Created")
            default: return response("206 Partial", ["Content-Range: bytes 5-\(number)/\(number)"])
            }
        }
        defer { server.stop() }
        let client = client(server)
        let bytes = [UInt8](repeating: 7, count: 2 << 20)
        _ = try client.putBlob(BlobOffer(once: MemorySource(bytes), expected: nil), in: "a/b")
        let blob = Descriptor(mediaType: .ociLayer, describing: bytes)
        #expect(throws: RegistryError.self) {
            try client.openBlob(blob, in: "a/b", from: 5).source.readAll(limit: 4 << 20)
        }
    }

    @Test(arguments: numbers)
    func anyTokenLifetimeAndRetryDelayIsHandled(_ number: String) throws {
        let server = try ScriptedServer { request, port in
            if request.target.hasPrefix("/realm") {
                let life = number.isEmpty || number == "+5" ? "0" : number
                return response("200 OK", body: "{\"token\": \"t\", \"expires_in\": \(life)}")
            }
            guard request.field("Authorization") == "Bearer t" else {
                let realm = "http://127.0.0.1:\(port)/realm"
                return response("401 Unauthorized", ["WWW-Authenticate: Bearer realm=\"\(realm)\""])
            }
            return response("503 Busy", ["Retry-After: \(number)"])
        }
        defer { server.stop() }
        let error = #expect(throws: RegistryError.self) { try client(server).tags(of: "a/b") }
        #expect(error?.code == .unavailable)
        #expect((0...3600).contains(error?.retryAfter ?? 0))
    }

    @Test func endlessEmptyPagesAreAnError() throws {
        let server = try registry { request in
            response("200 OK", ["Link: <\(request.target)x>; rel=\"next\""], body: #"{"tags": []}"#)
        }
        defer { server.stop() }
        let error = #expect(throws: RegistryError.self) { try client(server).tags(of: "a/b") }
        #expect(error?.message.contains("\(server.host): the list continues after 16 empty pages") == true)
        #expect(server.requests.count < 25)
    }

    @Test func sizeOfAWholeListIsLimited() throws {
        let address = try #require(WebAddress("http://r/"))
        var budget = PagedListBudget("registry.example")
        try budget.begin(address)
        #expect(throws: RegistryError.self, "the same page twice") { try budget.begin(address) }
        for _ in 0..<10 { try budget.count(100_000) }
        let error = #expect(throws: RegistryError.self) { try budget.count(1) }
        #expect(error?.message == "registry.example: the list has more than 1000000 entries")
        var large = PagedListBudget("registry.example")
        let page = [UInt8](repeating: 0x20, count: 16 << 20)
        func body() throws -> [UInt8] {
            let page = HTTPResponse(status: 200, fields: HTTPFields(), body: MemorySource(page), address: address)
            return try large.body(of: page, limit: 16 << 20)
        }
        for _ in 0..<4 { _ = try body() }
        #expect(throws: RegistryError.self) { try body() }
    }

    @Test func singleBytesPerConnectionAreNotProgress() throws {
        let server = try ScriptedServer { request, _ in
            let start = request.field("Range").flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } ?? 0
            let range = start > 0 ? ["Content-Range: bytes \(start)-99999/100000"] : []
            return response(
                start > 0 ? "206 Partial" : "200 OK", ["ETag: \"x\""] + range, body: "x", length: 100_000 - start)
        }
        defer { server.stop() }
        let file = try RemoteFile.open(
            "http://\(server.host)/file", on: HTTPTransport(), tls: TLSSettings(),
            retry: RetryPolicy(retries: 3, delay: 0))
        #expect(throws: RegistryError.self) { try file.source.readAll(limit: 1 << 20) }
        #expect(server.requests.count == 4)
    }

    @Test func onlyNewDataResetsTheAttempts() {
        var attempts = TransferAttempts()
        let policy = RetryPolicy(retries: 2)
        func outcomes(_ offsets: [Int64]) -> [Bool] { offsets.map { attempts.mayGoOn(from: $0, policy) } }
        #expect(outcomes([0, 1, 2]) == [true, true, false])
        // What arrives counts once: going back and coming to the same place again is no progress.
        #expect(outcomes([2 << 20, 0, 2 << 20]) == [true, true, false])
        #expect(outcomes([.max]) == [true])
    }

    @Test func verySlowTransferIsAborted() throws {
        let address = try #require(WebAddress("http://r/"))
        var slow = TrickleWatch()
        for _ in 0..<119 { try slow.add(1, waited: .seconds(1), address) }
        #expect(throws: RegistryError.self) { try slow.add(1, waited: .seconds(1), address) }
        var steady = TrickleWatch()
        for _ in 0..<1000 { try steady.add(1024, waited: .seconds(1), address) }
    }

    @Test func pathsAreSentUnchanged() throws {
        let server = try ScriptedServer { request, _ in
            if request.target == "/caf%e9.tar" { return response("302 Found", ["Location: /d%e9/%C3%a9?%ff=%2F"]) }
            if request.target == "/raw" {
                return response("302 Found", ["Location: /caf"]).flatMap { $0 == 0x66 ? [$0, 0xE9] : [$0] }
            }
            return response("200 OK", body: "content")
        }
        defer { server.stop() }
        func open(_ path: String) throws -> RemoteFile {
            try RemoteFile.open(
                "http://\(server.host)\(path)", on: HTTPTransport(), tls: TLSSettings(),
                retry: RetryPolicy(retries: 0))
        }
        _ = try open("/caf%e9.tar")
        _ = try open("/%63af%C3%a9?a=%e9&b")
        _ = try open("/a/../b/./%2e%2E/%zz%/{é}|^?x=\"y\"")
        #expect(
            server.requests.map(\.target) == [
                "/caf%e9.tar", "/d%e9/%C3%a9?%ff=%2F", "/%63af%C3%a9?a=%e9&b",
                "/a/../b/./%2e%2E/%zz%/%7B%C3%A9%7D%7C%5E?x=%22y%22",
            ])
        for request in server.requests {
            #expect(!request.fields.contains { $0.lowercased().hasPrefix(RequestTargetHandler.field) })
        }
        // Bytes that do not arrive as they were sent lead nowhere.
        #expect(throws: RegistryError.self) { try open("/raw") }
    }
}

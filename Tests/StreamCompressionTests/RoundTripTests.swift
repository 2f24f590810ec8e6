import Testing

@testable import StreamCompression

@Suite struct RoundTripTests {}

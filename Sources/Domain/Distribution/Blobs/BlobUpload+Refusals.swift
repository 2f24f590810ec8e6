import HTTPHeaders
import ImageModel
import ImageTransports

// arithmetic: last: at most HTTPNumber.limit
// arithmetic: size: at most 64 MiB

extension BlobUpload {
    /// The error for a part that was rejected.
    func refusal(_ response: HTTPResponse) -> any Error {
        let error = RegistryErrorResponse.error(response)
        switch response.status {
        case 401 where evasions == 0 && form != .stream(endsWhenSlow: false):
            // There is a new token now, but the request's body has been consumed.
            return RestartUpload(cause: error)
        case 401, 403: return error
        case 411: return withKnownLength(error)
        case 413: return inSmallerParts(error) ?? error
        case 416 where isInOrder(response):
            // Some registries say this of a part that is too large.
            return inSmallerParts(error) ?? otherwise(error)
        case 400..<500 where !error.isTemporary, 501: return otherwise(error)
        default: return error
        }
    }

    /// Whether the registry does not claim to have another part of the blob than was assumed.
    private func isInOrder(_ response: HTTPResponse) -> Bool {
        guard let session, let last = response.fields["range"].flatMap({ HTTPNumber.lastByte(ofUpload: $0) }) else {
            return true
        }
        return last + 1 == session.offset || (last == 0 && session.offset == 0)
    }

    private func inSmallerParts(_ error: RegistryError) -> RestartUpload? {
        switch form {
        case .stream: form = .chunks(Self.chunkSize)
        case .chunks(let size):
            guard size > Self.chunkSizes.lowerBound else { return nil }
            form = .chunks(size / 2)
        case .monolithic: return nil
        }
        return dropped(error)
    }

    /// For a registry, or a proxy before it, that does not accept a body of unknown length.
    private func withKnownLength(_ error: RegistryError) -> any Error {
        guard form == .stream(endsWhenSlow: true), let size = offer.expected?.size, size >= 0 else {
            return otherwise(error)
        }
        form = .stream(endsWhenSlow: false)
        return dropped(error)
    }

    /// For a registry that accepts only one part, has lost some, or does not accept any.
    private func otherwise(_ error: RegistryError) -> any Error {
        switch form {
        case .stream: form = .monolithic
        case .chunks: form = (session?.offset ?? 0) > 0 ? .stream(endsWhenSlow: false) : .monolithic
        case .monolithic: return error
        }
        return dropped(error)
    }
}

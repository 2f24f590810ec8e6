import ContainersConfig

@testable import Distribution

/// A client of a registry that speaks plain HTTP, with the credentials user:secret.
func client(_ server: ScriptedServer, retries: Int = 0, credentials: RegistryCredentials? = secret) -> RegistryClient {
    RegistryClient(
        host: server.host, isInsecure: true, transport: HTTPTransport(), tls: TLSSettings(isVerified: false),
        credentials: credentials, retry: RetryPolicy(retries: retries, delay: 0))
}

let secret = RegistryCredentials.password(user: "user", password: "secret")
/// What `Authorization` has for them.
let basicSecret = "Basic dXNlcjpzZWNyZXQ="

/// A registry that asks for a password, and answers as `answer` says whoever gives it.
func registry(
    _ answer: @escaping @Sendable (ScriptedServer.Request) -> [UInt8]
) throws -> ScriptedServer {
    try ScriptedServer { request, _ in
        guard request.field("Authorization") == basicSecret else {
            return response("401 Unauthorized", ["WWW-Authenticate: Basic realm=\"r\""])
        }
        return request.target == "/v2/" ? response("200 OK") : answer(request)
    }
}

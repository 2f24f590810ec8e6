import ContainersConfig

extension RegistryClient {
    /// Checks whether the registry accepts the credentials.
    ///
    /// - Throws: ``RegistryError``: `unauthorized` if it does not.
    package func checkCredentials() throws {
        let response = try send(HTTPRequest(.get, try base()), scopes: [])
        guard response.isSuccess else { throw RegistryErrorResponse.error(response) }
        response.discardBody()
    }
}

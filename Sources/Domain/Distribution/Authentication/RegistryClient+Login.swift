import ContainersConfig

extension RegistryClient {
    /// Asks the registry whether it takes the credentials.
    ///
    /// - Throws: ``RegistryError``: `unauthorized` when it does not.
    package func checkCredentials() throws {
        let response = try send(HTTPRequest(.get, try base()), scopes: [])
        guard response.isSuccess else { throw RegistryErrorResponse.error(response) }
        response.discardBody()
    }
}

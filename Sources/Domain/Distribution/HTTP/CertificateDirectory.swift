package import ContainersConfig
import Glibc
import LinuxSystem
import NIOSSL

/// A directory of certificates for a registry: containers-certs.d(5).
package struct CertificateDirectory {
    private let path: String
    private let names: [String]

    /// - Throws: ``RegistryError`` if the directory cannot be read.
    init(_ path: String) throws {
        self.path = path
        do {
            let directory = try OwnedFD.open(path, O_RDONLY | O_DIRECTORY)
            names = try Files.entries(of: directory).map(\.text).sorted()
        } catch {
            throw RegistryError(.invalid, "certificates: \(error)")
        }
    }

    /// The first existing directory for `host` (`name[:port]`): the user's, the system's, Docker's; nil if there is
    /// none.
    package static func find(host: String, env: ConfigEnvironment) -> String? {
        let roots =
            ConfigSearch.certificates.dropInDirectories(env).reversed() + ["\(env.systemRoot)/etc/docker/certs.d"]
        return roots.map { "\($0)/\(host)" }.first { Files.exists($0) }
    }

    func apply(to configuration: inout TLSConfiguration) throws {
        for name in names {
            if name.hasSuffix(".crt") {
                configuration.additionalTrustRoots.append(.certificates(try certificates(name)))
            } else if name.hasSuffix(".cert") {
                let key = "\(name.dropLast(5)).key"
                guard names.contains(key) else {
                    throw RegistryError(
                        .invalid,
                        "missing key \(path)/\(key) for client certificate \(path)/\(name): "
                            + "certificates of authorities should end with .crt")
                }
                configuration.certificateChain = try certificates(name).map { .certificate($0) }
                configuration.privateKey = .privateKey(try privateKey(key))
            } else if name.hasSuffix(".key"), !names.contains("\(name.dropLast(4)).cert") {
                throw RegistryError(
                    .invalid, "missing client certificate \(path)/\(name.dropLast(4)).cert for key \(path)/\(name)")
            }
        }
    }

    private func certificates(_ name: String) throws -> [NIOSSLCertificate] {
        let bytes = try read(name)
        guard let found = try? NIOSSLCertificate.fromPEMBytes(bytes), !found.isEmpty else {
            throw RegistryError(.invalid, "\(path)/\(name): not a certificate in PEM format")
        }
        return found
    }

    private func privateKey(_ name: String) throws -> NIOSSLPrivateKey {
        guard let key = try? NIOSSLPrivateKey(bytes: try read(name), format: .pem) else {
            throw RegistryError(.invalid, "\(path)/\(name): not a private key in PEM format without a passphrase")
        }
        return key
    }

    private func read(_ name: String) throws -> [UInt8] {
        do {
            return try Files.readFile("\(path)/\(name)", limit: 1 << 20)
        } catch {
            throw RegistryError(.invalid, "\(path)/\(name): \(error)")
        }
    }
}

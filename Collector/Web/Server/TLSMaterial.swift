import Glibc
import Runtime

/// Certificate and key as C strings that live as long as libmicrohttpd needs them.
final class TLSMaterial {
    let certificate: UnsafeMutablePointer<CChar>
    let key: UnsafeMutablePointer<CChar>
    let priorities: UnsafeMutablePointer<CChar>
    private let keyCount: Int

    /// Nil without TLS.
    init?(_ tls: HTTPServerSettings.TLS?) throws(HTTPServerFailure) {
        guard let tls else { return nil }
        let certificateText: [UInt8]
        let keyText: String
        do throws(FileFailure) {
            certificateText = try Files.read(tls.certificateFile, maxBytes: 1 << 20)
            keyText = try SecretFile.read(tls.keyFile)
        } catch {
            throw .file(error)
        }
        guard
            let certificate = strdup(String(decoding: certificateText, as: UTF8.self)),
            let key = strdup(keyText),
            let priorities = strdup("NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE")
        else { throw .daemon("out of memory while reading the certificate") }
        self.certificate = certificate
        self.key = key
        self.priorities = priorities
        keyCount = strlen(key)
    }

    deinit {
        explicit_bzero(key, keyCount)
        free(certificate)
        free(key)
        free(priorities)
    }
}

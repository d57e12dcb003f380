import COpenSSL
import Runtime

/// The server's certificate and key, and what all its TLS sessions share. Confined to the loop's thread.
///
/// TLS is ours rather than libmicrohttpd's: its upgraded TLS connections (0.9.75) pass four bytes at a time through a
/// socket pair, and keep their memory.
final class SecureContext {
    let raw: OpaquePointer
    /// Where every session writes what is to be sent. Empty between calls: each session takes its bytes out at once.
    let output: OpaquePointer

    init(_ tls: HTTPServerSettings.TLS) throws(HTTPServerFailure) {
        var certificates: [UInt8]
        var key: String
        do throws(FileFailure) {
            certificates = try Files.read(tls.certificateFile, maxBytes: 1 << 20)
            key = try SecretFile.read(tls.keyFile)
        } catch {
            throw .file(error)
        }
        guard let raw = copenssl_server_context() else { throw .tls("OpenSSL cannot start: \(Self.reason())") }
        guard let output = BIO_new(BIO_s_mem()) else {
            SSL_CTX_free(raw)
            throw .tls("OpenSSL is out of memory")
        }
        self.raw = raw
        self.output = output
        let hasCertificates = certificates.withUnsafeBytes {
            copenssl_use_certificates(raw, $0.baseAddress, $0.count) == 1
        }
        guard hasCertificates else {
            throw .file(FileFailure(tls.certificateFile, "holds no certificate in PEM form (\(Self.reason()))"))
        }
        let hasKey = key.withUTF8 { copenssl_use_key(raw, $0.baseAddress, $0.count) == 1 }
        guard hasKey else {
            throw .file(FileFailure(tls.keyFile, "is not the key of the certificate (\(Self.reason()))"))
        }
    }

    deinit {
        BIO_free(output)
        SSL_CTX_free(raw)
    }

    private static func reason() -> String {
        defer { ERR_clear_error() }
        let reason = String(cString: copenssl_reason())
        return reason.isEmpty ? "no reason given" : reason
    }
}

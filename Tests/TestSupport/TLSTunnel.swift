import Glibc

/// A TLS client that shares no code with the server's GnuTLS: `openssl s_client`, with a socket pair for a pipe.
public final class TLSTunnel: @unchecked Sendable {
    // Immutable after init.
    private let pid: pid_t
    /// Speaks through the tunnel.
    public let client: RawClient

    /// A self-signed certificate and its key in `folder`.
    public static func makeCertificate(in folder: TemporaryFolder) throws -> (certificate: String, key: String) {
        let (certificate, key) = (folder.path + "/cert.pem", folder.path + "/key.pem")
        try ChildProcess.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
                "-out", certificate, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
            ])
        chmod(key, 0o600)
        return (certificate, key)
    }

    public init(port: UInt16, options: [String] = []) throws {
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw SupportFailure("socketpair: \(errno)")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let words = ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(port)"] + options
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, "openssl", &actions, nil, &arguments, environ)
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            throw SupportFailure("openssl: \(code)")
        }
        self.pid = pid
        client = RawClient(descriptor: ends[0])
    }

    deinit {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }
}

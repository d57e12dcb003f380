import Glibc
import Synchronization

/// A mosquitto of the test's own on a free loopback port, without persistence; killed with its object.
public final class MosquittoServer: Sendable {
    public let port: UInt16
    public let folder: TemporaryFolder
    private let process: Mutex<ChildProcess?>

    /// `settings`: further lines of the configuration, after those for the listener. Anonymous clients are allowed
    /// unless a line says otherwise. With `certificates` the listener speaks TLS and demands a client certificate.
    public init(settings: [String] = [], certificates: Certificates? = nil) throws {
        port = try FreePort.next()
        folder = try TemporaryFolder("mosquitto")
        process = Mutex(nil)
        var lines = [
            "listener \(port) 127.0.0.1",
            "user root",  // stay who we are: the broker's own user may not read our folders
            "persistence false",
            "set_tcp_nodelay true",
            "log_type error", "log_type warning", "log_type notice",
        ]
        if !settings.contains(where: { $0.hasPrefix("allow_anonymous") }) { lines.append("allow_anonymous true") }
        if let certificates {
            lines += [
                "cafile \(certificates.authority)", "certfile \(certificates.server.certificate)",
                "keyfile \(certificates.server.key)", "require_certificate true", "use_identity_as_username true",
            ]
        }
        try writeFile(folder.path("mosquitto.conf"), lines + settings)
        try start()
    }

    /// Starts it, again if need be, on the same port, and waits until it listens.
    public func start() throws {
        stop()
        let child = try ChildProcess("mosquitto", ["-c", folder.path("mosquitto.conf")], error: .captured)
        process.withLock { $0 = child }
        do {
            try waitUntil("mosquitto on port \(port)", within: .seconds(20)) {
                guard child.isRunning else { throw SupportFailure("mosquitto ended: \(child.standardError)") }
                return Loopback.accepts(port)
            }
        } catch {
            throw SupportFailure("\(error): \(child.standardError)")
        }
    }

    /// SIGTERM, as an administrator would.
    public func stop() { process.withLock { take(&$0) }?.terminate() }

    /// SIGKILL: wills are not sent, retained messages are gone.
    public func kill() { process.withLock { take(&$0) }?.kill() }

    /// SIGSTOP: connections stay open and the kernel goes on acknowledging, but nobody answers.
    public func pause() { process.withLock { $0 }?.pause() }
    public func resume() { process.withLock { $0 }?.resume() }

    public var log: String { process.withLock { $0 }?.standardError ?? "" }
    /// Nil while stopped.
    public var pid: Int32? { process.withLock { $0?.isRunning == true ? $0?.pid : nil } }

    /// A password file for the setting `password_file`, made by mosquitto's own tool.
    public static func passwordFile(in folder: TemporaryFolder, user: String, password: String) throws -> String {
        let path = folder.path("passwords-\(user)")
        try ChildProcess.run("mosquitto_passwd", ["-b", "-c", path, user, password])
        return path
    }

    private func take(_ child: inout ChildProcess?) -> ChildProcess? {
        defer { child = nil }
        return child
    }
}

/// An authority and certificates of its own, made by the openssl command for one test.
public struct Certificates: Sendable {
    public struct Pair: Sendable {
        public let certificate: String
        public let key: String
    }

    /// PEM file of the authority.
    public let authority: String
    /// For a server at 127.0.0.1 and localhost, unless other names were asked for.
    public let server: Pair
    private let authorityKey: String
    private let folder: TemporaryFolder

    /// `names`: subject alternative names of the server, as openssl writes them. With `daysValid` below 0 the server's
    /// certificate has expired.
    public init(names: String = "IP:127.0.0.1,DNS:localhost", daysValid: Int = 2) throws {
        folder = try TemporaryFolder("certificates")
        authority = folder.path("ca.pem")
        authorityKey = folder.path("ca.key")
        try ChildProcess.run(
            "openssl",
            Certificates.newKey(authorityKey) + ["-x509", "-out", authority, "-days", "2", "-subj", "/CN=Test CA"])
        server = try Certificates.issue(
            "server", "subjectAltName=\(names)", days: daysValid, authority: authority, authorityKey: authorityKey,
            folder)
    }

    /// A certificate of a client called `name`.
    public func client(_ name: String) throws -> Pair {
        try Certificates.issue(
            name, "extendedKeyUsage=clientAuth", days: 2, authority: authority, authorityKey: authorityKey, folder)
    }

    private static func newKey(_ path: String) -> [String] {
        ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path]
    }

    private static func issue(
        _ name: String, _ extensions: String, days: Int, authority: String, authorityKey: String,
        _ folder: TemporaryFolder
    ) throws -> Pair {
        let pair = Pair(certificate: folder.path("\(name).pem"), key: folder.path("\(name).key"))
        let request = folder.path("\(name).csr")
        try ChildProcess.run("openssl", newKey(pair.key) + ["-out", request, "-subj", "/CN=\(name)"])
        try writeFile(folder.path("\(name).ext"), [extensions])
        try ChildProcess.run(
            "openssl",
            [
                "x509", "-req", "-in", request, "-CA", authority, "-CAkey", authorityKey, "-CAcreateserial",
                "-out", pair.certificate, "-days", "\(days)", "-extfile", folder.path("\(name).ext"),
            ])
        return pair
    }
}

private func writeFile(_ path: String, _ lines: [String]) throws {
    let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard file >= 0 else { throw SupportFailure.system("write \(path)", errno) }
    defer { close(file) }
    guard write(file, bytes, bytes.count) == bytes.count else { throw SupportFailure.system("write \(path)", errno) }
}

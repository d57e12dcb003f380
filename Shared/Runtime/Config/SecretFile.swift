import Glibc

/// Reads a password or token that a file holds, so that it appears in no configuration, command line or environment.
public enum SecretFile {
    public static let maxBytes = 65536

    /// The file's text without one newline at its end. Refuses a file that anybody but its owner may read, because a
    /// secret that others can read is none. Never shows the content in an error.
    public static func read(_ path: String) throws(FileFailure) -> String {
        let fd = try Files.open(path, O_RDONLY | O_NONBLOCK)
        defer { close(fd) }
        let status = try Files.statusOfRegular(fd, path)
        guard status.st_mode & 0o077 == 0 || isSystemdCredential(path, status) else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw FileFailure(path, "can be read by others (mode \(mode)); run: chmod 600 \(Text.escaped(path))")
        }
        var bytes = try Files.readAll(fd, path, maxBytes: maxBytes)
        if bytes.last == UInt8(ascii: "\n") {
            bytes.removeLast()
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        }
        guard !bytes.isEmpty else { throw FileFailure(path, "is empty; it must hold the secret") }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw FileFailure(path, "is not text: the secret must be UTF-8 without NUL")
        }
        return text
    }

    /// systemd hands credentials over in a folder that only the service can enter, with an access list; the list's
    /// mask shows as a group that may read.
    private static func isSystemdCredential(_ path: String, _ status: stat) -> Bool {
        guard let folder = getenv("CREDENTIALS_DIRECTORY") else { return false }
        let prefix = String(cString: folder)
        return prefix.utf8.count > 1 && Files.folder(of: path) == prefix && status.st_mode & 0o037 == 0
    }
}

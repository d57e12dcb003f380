import Glibc
import Runtime

/// A file that is written from front to back. Closed at the end of its life; whoever wants it durable says `sync`.
/// Belongs to one thread.
final class TableFile {
    let path: String
    private let fd: CInt
    /// How long the file is so far.
    private(set) var length: Int

    /// Makes the file, or empties it.
    convenience init(creating path: String) throws(TableFailure) {
        try self.init(path, O_WRONLY | O_CREAT | O_TRUNC, length: 0)
    }

    /// Goes on with a file after its first `length` bytes; what comes behind them is cut off.
    convenience init(continuing path: String, at length: Int) throws(TableFailure) {
        try self.init(path, O_WRONLY, length: length)
        var status = stat()
        guard fstat(fd, &status) == 0, status.st_size >= length else {
            throw TableFailure(path, "is shorter than the \(length) bytes that were written to it")
        }
        guard ftruncate(fd, length) == 0, lseek(fd, length, SEEK_SET) == length else {
            throw TableFile.failure(path, "cannot cut to \(length) bytes")
        }
    }

    private init(_ path: String, _ flags: CInt, length: Int) throws(TableFailure) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw TableFailure(path, "is not a path") }
        let fd = open(path, flags | O_CLOEXEC, 0o644)
        guard fd >= 0 else { throw TableFile.failure(path, "cannot open for writing") }
        self.path = path
        self.length = length
        self.fd = fd
    }

    deinit { close(fd) }

    func write(_ bytes: [UInt8]) throws(TableFailure) {
        var at = 0
        while at < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(fd, $0.baseAddress.map { $0 + at }, $0.count - at) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw TableFile.failure(path, "cannot write") }
            at += count
            length += count
        }
    }

    func sync() throws(TableFailure) {
        guard fsync(fd) == 0 else { throw TableFile.failure(path, "cannot write to the disk") }
    }

    static func failure(_ path: String, _ what: String) -> TableFailure {
        let code = errno
        let hint = code == ENOSPC || code == EDQUOT ? "; make room or choose another disk" : ""
        return TableFailure(path, "\(what): \(SystemFailure.text(of: code))\(hint)", code: code)
    }
}

import Glibc
import Runtime

/// A file that is read from front to back, a piece at a time.
struct ByteInput {
    let path: String
    private let file: OpenFile
    private var piece: [UInt8] = []
    private var at = 0
    private var hasEnded = false

    init(_ path: String) throws(TableFailure) {
        self.path = path
        file = try OpenFile(path)
    }

    /// The next byte; nil at the end.
    @inline(__always)
    mutating func next() throws(TableFailure) -> UInt8? {
        if at == piece.count, try !fill() { return nil }
        defer { at += 1 }
        return piece[at]
    }

    /// The next byte, which stays; nil at the end.
    @inline(__always)
    mutating func peek() throws(TableFailure) -> UInt8? {
        if at == piece.count, try !fill() { return nil }
        return piece[at]
    }

    private mutating func fill() throws(TableFailure) -> Bool {
        guard !hasEnded else { return false }
        if piece.count < 1 << 16 { piece = [UInt8](repeating: 0, count: 1 << 16) }
        while true {
            let count = read(file.fd, &piece, 1 << 16)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw TableFile.failure(path, "cannot read") }
            at = 0
            hasEnded = count == 0
            if count < piece.count { piece.removeLast(piece.count - count) }
            return count > 0
        }
    }
}

/// A regular file that is open for reading, until nobody needs it any more.
final class OpenFile: Sendable {
    let fd: CInt
    let size: Int

    init(_ path: String) throws(TableFailure) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw TableFailure(path, "is not a path") }
        let fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard fd >= 0 else { throw TableFile.failure(path, "cannot open") }
        var status = stat()
        guard fstat(fd, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(fd)
            throw TableFailure(path, "is not a regular file")
        }
        self.fd = fd
        size = Int(status.st_size)
    }

    deinit { close(fd) }
}

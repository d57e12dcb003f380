import Glibc

/// Keeps a second process off a folder: a lock on a file, which ends with its holder however that ends.
///
/// The file stays when the lock is released: removing it would let two processes lock two files of one name.
public final class ProcessLock: Sendable {
    public let path: String
    let fd: CInt

    /// Takes the lock or throws who has it; never waits.
    public init(_ path: String) throws(FileFailure) {
        self.path = path
        fd = try Files.open(path, O_RDWR | O_CREAT | O_NONBLOCK | O_NOFOLLOW, 0o644)
        do throws(FileFailure) {
            _ = try Files.statusOfRegular(fd, path)
            guard flock(fd, LOCK_EX | LOCK_NB) == 0 else {
                guard errno == EWOULDBLOCK else { throw FileFailure(path, whenTo: "lock") }
                throw FileFailure(
                    path, "is in use by \(ProcessLock.holder(fd, path)); stop it first", code: EWOULDBLOCK)
            }
            let pid = Array("\(getpid())\n".utf8)
            guard ftruncate(fd, 0) == 0, pwrite(fd, pid, pid.count, 0) == pid.count else {
                throw FileFailure(path, whenTo: "write")
            }
        } catch {
            close(fd)
            throw error
        }
    }

    deinit {
        // Unlocked, not only closed: a child that is between fork and exec has a copy of the descriptor.
        flock(fd, LOCK_UN)
        close(fd)
    }

    /// What the holder wrote; it may not have done so yet.
    private static func holder(_ fd: CInt, _ path: String) -> String {
        let text = (try? Files.readAll(fd, path, maxBytes: 64)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard text.last == "\n", let pid = Int(text.dropLast()), pid > 0 else { return "another process" }
        return "process \(pid)"
    }
}

import Glibc

/// A file that only takes up room, given up when the disk has none left, so that the outbox can still delete.
final class Ballast {
    private static let bytes = 2 << 20
    private let path: String
    private var isFilled = false

    init(path: String) { self.path = path }

    /// Fills the ballast if the disk has room for it twice over; cheap when it is filled already.
    func refill() {
        guard !isFilled else { return }
        var status = statvfs()
        guard statvfs(folder, &status) == 0,
            UInt64(status.f_bavail) * UInt64(status.f_frsize) > UInt64(Ballast.bytes * 2)
        else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Blocks must really be taken: a sparse file would hold nothing back.
        isFilled = posix_fallocate(descriptor, 0, off_t(Ballast.bytes)) == 0
    }

    /// Gives the room back; false if there was none to give.
    func release() -> Bool {
        guard isFilled || access(path, F_OK) == 0 else { return false }
        isFilled = false
        return unlink(path) == 0
    }

    private var folder: String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}

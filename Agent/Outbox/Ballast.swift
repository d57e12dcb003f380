import Glibc

/// Room on the outbox's disk that it keeps from itself and from others, so that it can still delete when the disk is
/// full: SQLite logs a deletion before it does it.
///
/// Of what is free, `spareBytes` are never grown into. And a file, the ballast, only takes up room; it is given up when
/// others have filled the disk.
final class Ballast {
    private let path: String
    private let database: String
    private var isFilled = false

    init(_ settings: OutboxSettings) {
        path = settings.ballastPath
        database = settings.databasePath
    }

    /// The write-ahead log with what one large deletion adds to it; less on disks so small that little else would fit.
    private static let mostSpareBytes: Int64 = 2 << 20
    private static let mostBytes: Int64 = 2 << 20

    private struct Room {
        let freeBytes: Int64
        let spareBytes: Int64
        let ballastBytes: Int64
    }

    private func room() -> Room? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        let total = Int64(clamping: UInt64(status.f_blocks).multipliedReportingOverflow(by: UInt64(status.f_frsize)).0)
        return Room(
            freeBytes: Int64(
                clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).0),
            spareBytes: min(Ballast.mostSpareBytes, total / 4), ballastBytes: min(Ballast.mostBytes, total / 16))
    }

    /// Bytes by which the database may still grow; nil if that cannot be told. `databaseBytes`: its size with what only
    /// the log has as yet. The ballast comes first: without it the next shortage could not be overcome.
    func growth(databaseBytes: Int64) -> Int64? {
        guard let room = room() else { return nil }
        var file = stat()
        let onDisk = stat(database, &file) == 0 ? Int64(file.st_size) : 0
        let promised = max(0, databaseBytes - onDisk) + (isFilled ? 0 : room.ballastBytes)
        return room.freeBytes - room.spareBytes - promised
    }

    /// Fills the ballast if the disk has room for it beyond the spare; cheap when it is filled already.
    func refill() {
        guard !isFilled, let room = room() else { return }
        // One that an earlier process has left takes its room already.
        guard access(path, F_OK) == 0 || room.freeBytes > room.ballastBytes + room.spareBytes else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Blocks must really be taken: a sparse file would hold nothing back.
        isFilled = posix_fallocate(descriptor, 0, off_t(room.ballastBytes)) == 0
        if !isFilled { unlink(path) }
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

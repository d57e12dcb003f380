import Glibc
import Synchronization

/// A small file system of a test's own, to be filled up or to lose its power. Only root can mount one; unmounted with
/// `close()`, at deinit, and at the latest with the test process.
public final class TestDisk: Sendable {
    public enum Kind: Sendable, Equatable {
        /// In memory: for disks that are full.
        case memory
        /// ext4 in a loop-mounted image: for power cuts.
        case ext4
    }

    /// Where it is mounted. Everybody may write there.
    public let path: String
    private let kind: Kind
    private let folder: TemporaryFolder
    private let isMounted = Mutex(false)
    /// The images there have been: each power cut ends one.
    private let images = Mutex(0)

    /// Nil if this process may mount disks in memory, else why not.
    public static let obstacle = tried(.memory, megabytes: 1)
    /// Nil if this process may mount images and cut their power, else why not.
    public static let powerObstacle = tried(.ext4, megabytes: 4)

    private static func tried(_ kind: Kind, megabytes: Int) -> String? {
        guard geteuid() == 0 else { return "mounting a disk needs root" }
        do {
            let disk = try TestDisk(kind, megabytes: megabytes)
            defer { disk.close() }
            if kind == .ext4 { try disk.cutPower() }
            return nil
        } catch {
            return "\(error)"
        }
    }

    public init(_ kind: Kind, megabytes: Int) throws {
        self.kind = kind
        folder = try TemporaryFolder("disk")
        try folder.setMode(0o711)
        path = try folder.folder("mount")
        let image = folder.path("image-0")
        if kind == .ext4 {
            try ChildProcess.run("truncate", ["-s", "\(megabytes)M", image])
            try ChildProcess.run("mkfs.ext4", ["-q", "-F", image])
        }
        try mount(image, options: kind == .memory ? ["size=\(megabytes)m", "mode=1777"] : ["loop"])
        chmod(path, 0o1777)
        AtExit.register { [path] in umount2(path, CInt(MNT_DETACH)) }
    }

    deinit { close() }

    private func mount(_ image: String, options: [String]) throws {
        let source = kind == .memory ? ["-t", "tmpfs", "tmpfs"] : [image]
        try ChildProcess.run("mount", ["-o", options.joined(separator: ",")] + source + [path])
        isMounted.withLock { $0 = true }
    }

    /// Detaches it, whoever still has files open there.
    public func close() {
        isMounted.withLock { mounted in
            if mounted { umount2(path, CInt(MNT_DETACH)) }
            mounted = false
        }
    }

    /// Makes a disk in memory larger or smaller.
    public func resize(megabytes: Int) throws {
        try ChildProcess.run("mount", ["-o", "remount,size=\(megabytes)m", path])
    }

    /// Takes all the room that is left.
    public func fill() throws {
        let file = open(ballast, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SupportFailure.system("open \(ballast)", errno) }
        defer { Glibc.close(file) }
        let piece = [UInt8](repeating: 0x55, count: 4096)
        while write(file, piece, piece.count) > 0 {}
        guard errno == ENOSPC else { throw SupportFailure.system("write \(ballast)", errno) }
    }

    /// Gives back what `fill` has taken.
    public func unfill() { unlink(ballast) }

    private var ballast: String { "\(path)/.ballast" }

    /// Nothing more reaches the disk, and what has not been synced to it is gone: the file system's own log is not
    /// flushed either. Programs that use it get errors from then on.
    public func cutPower() throws {
        let root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { throw SupportFailure.system("open \(path)", errno) }
        defer { Glibc.close(root) }
        // EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH.
        var flags: UInt32 = 2
        guard ioctl(root, 0x8004_587D, &flags) == 0 else {
            throw SupportFailure.system("cut the power of \(path)", errno)
        }
    }

    /// Mounts the disk again, as at the next start of the machine: a copy of what had reached it, because somebody
    /// else's mount namespace may keep the dead file system alive.
    public func restorePower() throws {
        let (dead, image) = images.withLock { number in
            number += 1
            return (folder.path("image-\(number - 1)"), folder.path("image-\(number)"))
        }
        close()
        try ChildProcess.run("cp", ["--sparse=always", dead, image])
        unlink(dead)
        try mount(image, options: ["loop"])
    }
}

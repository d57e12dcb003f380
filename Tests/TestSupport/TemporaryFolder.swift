import Glibc
import Synchronization

/// A folder of a test's own under TMPDIR. Gone with `close()`, at deinit, and at the latest with the test process.
public final class TemporaryFolder: Sendable {
    public let path: String
    private let isOpen = Mutex(true)
    private static let count = Atomic<Int>(0)

    /// `label` makes the folder recognisable; letters, digits and dashes.
    public init(_ label: String = "t") throws {
        let number = TemporaryFolder.count.add(1, ordering: .relaxed).newValue
        path = "\(try ProcessFolder.path.get())/\(label)-\(number)"
        guard mkdir(path, 0o700) == 0 else { throw SupportFailure.system("make \(path)", errno) }
    }

    deinit { close() }

    public func close() {
        let wasOpen = isOpen.withLock { open in
            defer { open = false }
            return open
        }
        if wasOpen { removeTree(path) }
    }

    /// The path of an entry, which need not exist.
    public func path(_ name: String) -> String { "\(path)/\(name)" }

    /// A folder inside, made when absent.
    public func folder(_ name: String) throws -> String {
        let inner = path(name)
        guard mkdir(inner, 0o700) == 0 || errno == EEXIST else { throw SupportFailure.system("make \(inner)", errno) }
        return inner
    }

    /// Changes the mode of the folder, or of an entry of it.
    public func setMode(_ mode: UInt32, of name: String? = nil) throws {
        let target = name.map(path) ?? path
        guard chmod(target, mode) == 0 else { throw SupportFailure.system("chmod \(target)", errno) }
    }

    /// Gives the folder, or an entry of it, to another user (only root may).
    public func setOwner(_ user: ChildProcess.User, of name: String? = nil) throws {
        let target = name.map(path) ?? path
        guard chown(target, user.uid, user.gid) == 0 else { throw SupportFailure.system("chown \(target)", errno) }
    }
}

import Glibc

/// The one folder under TMPDIR that holds all temporary folders of this test process. A lock file inside tells other
/// test processes that it is alive; what a killed process left behind is removed by the next one that starts.
enum ProcessFolder {
    static let path: Result<String, SupportFailure> = {
        let parent = environmentVariable("TMPDIR") ?? "/tmp"
        removeAbandoned(in: parent)
        var template = Array("\(parent)/\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            return .failure(.system("make a temporary folder in \(parent)", errno))
        }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Servers that run as another user must be able to pass through; names inside are not listed to them.
        chmod(path, 0o711)
        let lock = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            return .failure(.system("lock the temporary folder \(path)", errno))
        }
        // The lock is held, and the file stays open, for the life of the process.
        AtExit.register { removeTree(path) }
        return .success(path)
    }()

    private static let prefix = "bellwether-tests-"

    private static func removeAbandoned(in parent: String) {
        for name in folderEntries(parent) where name.hasPrefix(prefix) {
            let path = "\(parent)/\(name)"
            var status = stat()
            // Younger ones may be between their creation and their lock.
            guard lstat(path, &status) == 0, status.st_uid == getuid(), time(nil) - status.st_mtim.tv_sec > 60 else {
                continue
            }
            let lock = open("\(path)/lock", O_RDWR | O_CLOEXEC)
            guard lock >= 0 else { continue }
            if flock(lock, LOCK_EX | LOCK_NB) == 0 { removeTree(path) }
            close(lock)
        }
    }
}

/// The names in a folder, but for `.` and `..`; empty when it cannot be read.
public func folderEntries(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names
}

/// Removes a file or a folder with all that is in it. Follows no links.
func removeTree(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
        for name in folderEntries(path) { removeTree("\(path)/\(name)") }
        rmdir(path)
    } else {
        unlink(path)
    }
}

import CSystem
import Glibc

/// Files, read within bounds and written so that a crash leaves the old or the new content, never a part.
public enum Files {
    /// The whole content. Refuses what is not a regular file (a folder, a pipe that would block) and what is larger
    /// than `maxBytes`.
    public static func read(_ path: String, maxBytes: Int) throws(FileFailure) -> [UInt8] {
        let fd = try open(path, O_RDONLY | O_NONBLOCK)
        defer { close(fd) }
        let status = try statusOfRegular(fd, path)
        guard status.st_size <= maxBytes else { throw tooLarge(path, maxBytes) }
        return try readAll(fd, path, maxBytes: maxBytes)
    }

    /// Calls `body` with a regular file's content, piece by piece.
    public static func forEachPiece(
        of path: String, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(FileFailure) {
        let fd = try open(path, O_RDONLY | O_NONBLOCK)
        defer { close(fd) }
        _ = try statusOfRegular(fd, path)
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = Glibc.read(fd, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure(path, whenTo: "read") }
            if count == 0 { return }
            piece.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// Puts `bytes` in the place of whatever `path` held, durably: the file is synced under a temporary name, renamed,
    /// and the folder synced.
    public static func writeAtomically(
        _ bytes: [UInt8], to path: String, mode: UInt32 = 0o644
    ) throws(FileFailure) {
        let folder = folder(of: path)
        let random = (try? RandomBytes.number()) ?? UInt64(bitPattern: Clock.monotonicNs())
        let temporary = folder + "/." + name(of: path) + "." + String(random, radix: 36) + ".tmp"
        let fd = try open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode)
        do throws(FileFailure) {
            defer { close(fd) }
            try writeAll(bytes, fd, temporary)
            guard fsync(fd) == 0 else { throw FileFailure(temporary, whenTo: "sync") }
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let failure = FileFailure(path, whenTo: "replace")
            unlink(temporary)
            throw failure
        }
        try syncFolder(folder)
    }

    /// Writes `bytes` into a file from `offset` on, durably; makes the file when it is not there.
    public static func write(_ bytes: [UInt8], at offset: Int, of path: String) throws(FileFailure) {
        let fd = try open(path, O_WRONLY | O_CREAT, 0o644)
        defer { close(fd) }
        guard lseek(fd, offset, SEEK_SET) == offset else { throw FileFailure(path, whenTo: "write") }
        try writeAll(bytes, fd, path)
        guard fsync(fd) == 0 else { throw FileFailure(path, whenTo: "sync") }
    }

    /// Makes a file with this content, not durably: for many, which `syncAll` makes durable together.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileFailure) {
        let fd = try open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        defer { close(fd) }
        try writeAll(bytes, fd, path)
    }

    /// Makes the folder and those above it that are missing. An existing folder keeps its mode.
    public static func ensureFolder(_ path: String, mode: UInt32 = 0o750) throws(FileFailure) {
        try refuseNul(path)
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw FileFailure(path, "is in the way: not a folder") }
            return
        }
        let parent = folder(of: path)
        if parent != path, parent != "." { try ensureFolder(parent, mode: mode) }
        guard mkdir(path, mode) != 0 else { return }
        let failure = FileFailure(path, whenTo: "make the folder")
        // Another process may have made it meanwhile.
        guard failure.code == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw failure
        }
    }

    /// Makes renames and new files in the folder durable.
    public static func syncFolder(_ path: String) throws(FileFailure) {
        let fd = try open(path, O_RDONLY | O_DIRECTORY)
        defer { close(fd) }
        guard fsync(fd) == 0 else { throw FileFailure(path, whenTo: "sync the folder") }
    }

    /// Makes everything durable on the file system that holds the folder: for many small files, which one by one would
    /// take long.
    public static func syncAll(below folder: String) throws(FileFailure) {
        let fd = try open(folder, O_RDONLY | O_DIRECTORY)
        defer { close(fd) }
        guard csystem_syncfs(fd) == 0 else { throw FileFailure(folder, whenTo: "sync the file system") }
    }

    /// The names of a folder's entries, in order, without "." and "..".
    public static func entries(of folder: String) throws(FileFailure) -> [String] {
        try refuseNul(folder)
        guard let stream = opendir(folder) else { throw FileFailure(folder, whenTo: "open the folder") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file, or a folder with all that is in it; links are removed, not followed. Nothing there is fine.
    public static func removeTree(_ path: String) throws(FileFailure) {
        try refuseNul(path)
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw FileFailure(path, whenTo: "examine") }
            return
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            guard unlink(path) == 0 else { throw FileFailure(path, whenTo: "remove") }
            return
        }
        for name in try entries(of: path) { try removeTree(path + "/" + name) }
        guard rmdir(path) == 0 else { throw FileFailure(path, whenTo: "remove the folder") }
    }

    /// Gives a file or folder another name, durably.
    public static func move(_ path: String, to other: String) throws(FileFailure) {
        try refuseNul(other)
        guard rename(path, other) == 0 else { throw FileFailure(path, whenTo: "move to \(other)") }
        try syncFolder(folder(of: other))
    }

    /// Bytes that this process may still write to the file system that holds `path`.
    public static func freeBytes(_ path: String) throws(FileFailure) -> Int64 {
        try refuseNul(path)
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw FileFailure(path, whenTo: "ask for free space") }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? .max : Int64(clamping: bytes)
    }

    public static func exists(_ path: String) -> Bool {
        var status = stat()
        return !path.utf8.contains(0) && lstat(path, &status) == 0
    }

    /// False also when there is nothing.
    public static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return !path.utf8.contains(0) && lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// How long a regular file is, in bytes.
    public static func size(_ path: String) throws(FileFailure) -> Int64 {
        let fd = try open(path, O_RDONLY | O_NONBLOCK)
        defer { close(fd) }
        return Int64(try statusOfRegular(fd, path).st_size)
    }

    /// All before the last component: "." if there is only one.
    public static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        let folder = path[..<slash]
        return folder.isEmpty ? "/" : String(folder)
    }

    /// The last component.
    public static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }

    /// `path` itself if absolute, else below `folder`.
    public static func resolve(_ path: String, in folder: String) -> String {
        path.utf8.first == UInt8(ascii: "/") || folder == "." ? path : folder + (folder == "/" ? "" : "/") + path
    }

    // MARK: - Steps

    /// A Swift string may hold a NUL, at which C would silently cut the path.
    static func refuseNul(_ path: String) throws(FileFailure) {
        guard !path.isEmpty else { throw FileFailure("\"\"", "is not a path", code: ENOENT) }
        guard !path.utf8.contains(0) else { throw FileFailure(path, "has a NUL in its name", code: EINVAL) }
    }

    static func open(_ path: String, _ flags: CInt, _ mode: mode_t = 0) throws(FileFailure) -> CInt {
        try refuseNul(path)
        while true {
            let fd = Glibc.open(path, flags | O_CLOEXEC, mode)
            if fd >= 0 { return fd }
            if errno != EINTR { throw FileFailure(path, whenTo: "open") }
        }
    }

    static func statusOfRegular(_ fd: CInt, _ path: String) throws(FileFailure) -> stat {
        var status = stat()
        guard fstat(fd, &status) == 0 else { throw FileFailure(path, whenTo: "examine") }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return status
        case S_IFDIR: throw FileFailure(path, "is a folder, not a file")
        default: throw FileFailure(path, "is not a regular file")
        }
    }

    static func readAll(_ fd: CInt, _ path: String, maxBytes: Int) throws(FileFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = Glibc.read(fd, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure(path, whenTo: "read") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            // Files below /proc claim to be empty, and a file may grow while it is read.
            guard bytes.count <= maxBytes else { throw tooLarge(path, maxBytes) }
        }
    }

    private static func writeAll(_ bytes: [UInt8], _ fd: CInt, _ path: String) throws(FileFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(fd, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure(path, whenTo: "write") }
            rest = rest.dropFirst(count)
        }
    }

    private static func tooLarge(_ path: String, _ maxBytes: Int) -> FileFailure {
        FileFailure(path, "is larger than the \(maxBytes) bytes allowed", code: EFBIG)
    }
}

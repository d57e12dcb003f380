import Glibc

/// The test's end of one output of a child process.
final class OutputFile: Sendable {
    /// What the child gets; negative for the null device.
    let descriptor: Int32
    private let isOwned: Bool
    private let isReadable: Bool

    init(_ output: ChildProcess.Output, standard: Int32) throws {
        switch output {
        case .inherited:
            (descriptor, isOwned, isReadable) = (standard, false, false)
        case .discarded:
            (descriptor, isOwned, isReadable) = (-1, false, false)
        case .file(let path):
            let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
            guard file >= 0 else { throw SupportFailure.system("open \(path)", errno) }
            (descriptor, isOwned, isReadable) = (file, true, false)
        case .captured:
            // A file without a name: it takes any amount without a reader, and is gone with its last descriptor.
            var template = Array("\(try ProcessFolder.path.get())/outputXXXXXX".utf8CString)
            let file = mkstemp(&template)
            guard file >= 0 else { throw SupportFailure.system("make a capture file", errno) }
            unlink(template)
            _ = fcntl(file, F_SETFD, FD_CLOEXEC)
            _ = fcntl(file, F_SETFL, O_APPEND)
            (descriptor, isOwned, isReadable) = (file, true, true)
        }
    }

    deinit { if isOwned { close(descriptor) } }

    /// What the child has written so far; empty unless captured.
    var text: String { isReadable ? String(decoding: fileBytes(descriptor), as: UTF8.self) : "" }
}

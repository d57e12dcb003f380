import Glibc
import Runtime
import Testing

/// Runs blocking work on a thread of its own, so that it does not hold a thread of the cooperative pool.
func offPool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do {
            _ = try NamedThread.start(name: "test", stackBytes: 4 << 20) {
                continuation.resume(with: Result { try body() })
            }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

/// A folder that is gone when the test is over.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/bellwether-test-XXXXXX".utf8CString)
        path = try template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, mkdtemp(start) != nil else { throw SystemFailure("mkdtemp") }
            return String(cString: start)
        }
    }

    deinit {
        removeAll(path)
    }

    /// Writes a file and returns its path.
    func file(_ name: String, _ text: String, mode: mode_t = 0o600) throws -> String {
        try file(name, Array(text.utf8), mode: mode)
    }

    func file(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o600) throws -> String {
        let file = path + "/" + name
        try Files.writeAtomically(bytes, to: file, mode: mode)
        guard chmod(file, mode) == 0 else { throw SystemFailure("chmod") }
        return file
    }
}

private func removeAll(_ path: String) {
    if let folder = opendir(path) {
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != "..", entry.pointee.d_type == DT_DIR { removeAll(path + "/" + name) }
            unlink(path + "/" + name)
        }
        closedir(folder)
    }
    rmdir(path)
}

/// A pipe: what is written to `input` can be read from the other end.
final class Pipe: Sendable {
    let input: CInt
    private let output: CInt

    init() throws {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemFailure("pipe") }
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        output = ends[0]
        input = ends[1]
        // Room for what a test writes before it reads.
        _ = fcntl(input, 1031, 1 << 20)
    }

    deinit {
        close(input)
        close(output)
    }

    /// What has been written so far.
    func text() -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(output, &chunk, chunk.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }
}

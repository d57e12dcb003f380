import Glibc
import Runtime
import TestSupport

extension TemporaryFolder {
    /// Writes a file and returns its path.
    func file(_ name: String, _ text: String, mode: mode_t = 0o600) throws -> String {
        try file(name, Array(text.utf8), mode: mode)
    }

    func file(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o600) throws -> String {
        try Files.writeAtomically(bytes, to: path(name), mode: mode)
        try setMode(mode, of: name)
        return path(name)
    }
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

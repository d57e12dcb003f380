import Glibc
import TestSupport

/// The protocol-buffer compiler as an independent codec.
enum Protoc {
    private static let folder = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()

    /// Bytes of a message written in protocol buffers' text format.
    static func encode(_ text: String, as message: String) throws -> [UInt8] {
        try run("--encode", message, Array(text.utf8))
    }

    /// Text format of a message; throws where protoc cannot parse the bytes.
    static func decode(_ bytes: [UInt8], as message: String) throws -> String {
        String(decoding: try run("--decode", message, bytes), as: UTF8.self)
    }

    private static func run(_ direction: String, _ message: String, _ input: [UInt8]) throws -> [UInt8] {
        let work = try TemporaryFolder("protoc")
        try write(input, to: work.path("in"))
        try ChildProcess.run(
            "sh",
            [
                "-c", #"exec protoc --proto_path="$1" "$2=org.eclipse.tahu.protobuf.$3" sparkplug_b.proto <"$4" >"$5""#,
                "sh", folder, direction, message, work.path("in"), work.path("out"),
            ])
        return try read(work.path("out"))
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { throw SupportFailure("cannot write \(path)") }
        defer { close(file) }
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + done, $0.count - done) }
            guard count > 0 else { throw SupportFailure("cannot write \(path)") }
            done += count
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { throw SupportFailure("cannot read \(path)") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            guard count >= 0 else { throw SupportFailure("cannot read \(path)") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}

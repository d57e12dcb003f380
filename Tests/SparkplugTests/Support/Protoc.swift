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
        try InputFile.write(input, to: work.path("in"))
        try ChildProcess.run(
            "sh",
            [
                "-c", #"exec protoc --proto_path="$1" "$2=org.eclipse.tahu.protobuf.$3" sparkplug_b.proto <"$4" >"$5""#,
                "sh", folder, direction, message, work.path("in"), work.path("out"),
            ])
        return try InputFile.read(work.path("out"))
    }
}

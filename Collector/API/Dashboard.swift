import CDashboard
import Runtime
public import Web

/// The page at `/` and its files, which are part of the program.
public enum Dashboard {
    struct File: Sendable {
        let path: String
        let type: String
        let bytes: [UInt8]
    }

    /// Copied once: a few tens of kilobytes.
    static let files: [File] = {
        var files: [File] = []
        while let file = cdashboard_file_at(files.count)?.pointee {
            files.append(
                File(
                    path: String(cString: file.path), type: String(cString: file.content_type),
                    bytes: Array(UnsafeBufferPointer(start: file.bytes, count: file.count))))
        }
        return files
    }()

    /// Adds a route for each file. Browsers ask each time whether it has changed.
    public static func add(to router: inout Router) {
        for file in files {
            let tag = "\(String(CRC32C.of(file.bytes), radix: 16))-\(file.bytes.count)"
            router.add(.get, file.path) { _ in .bytes(file.bytes, type: file.type, etag: tag) }
        }
    }
}

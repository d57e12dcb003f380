import CMicrohttpd
import Glibc

/// The head of a request as libmicrohttpd 0.9.75 left it in memory, and proof that it read what was sent.
///
/// The library accepts NUL bytes (and ignores the rest of the line), joins folded lines in a way that loses their
/// values, and skips spare spaces in the request line: each a way to make two servers read two different requests. It
/// also leaves the head in its buffer, with NUL in place of every separator. So the parts it reports must lie end to
/// end there, from the method to the empty line; where they do not, something was skipped or moved.
struct RawHead {
    /// Names and values without the white space around them.
    private(set) var fields: [(name: [UInt8], value: [UInt8])] = []
    /// False if the head holds more than the parts that libmicrohttpd reports, or a line that does not end in CR LF.
    private(set) var isWhole = true

    private var cursor: UnsafePointer<CChar>
    private let end: UnsafePointer<CChar>

    init(
        connection: OpaquePointer, method: UnsafePointer<CChar>, target: UnsafePointer<CChar>, targetCount: Int,
        version: UnsafePointer<CChar>
    ) {
        cursor = method
        end = method + cmicrohttpd_head_size(connection)
        take(method, strlen(method), separators: 1)
        take(target, targetCount, separators: 1)
        take(version, strlen(version), separators: 2)
        withUnsafeMutablePointer(to: &self) { context in
            _ = MHD_get_connection_values_n(connection, .HEADER_KIND, collectField, context)
        }
        takeSeparators(2)
        if cursor != end { isWhole = false }
    }

    fileprivate mutating func takeField(
        _ name: UnsafePointer<CChar>, _ nameCount: Int, _ value: UnsafePointer<CChar>, _ valueCount: Int
    ) {
        take(name, nameCount, separators: 1)
        while cursor < end, cursor.pointee == 0x20 || cursor.pointee == 0x09 { cursor += 1 }
        take(value, valueCount, separators: 2)
        var trimmed = bytes(value, valueCount)
        while let last = trimmed.last, last == 0x20 || last == 0x09 { trimmed.removeLast() }
        fields.append((bytes(name, nameCount), trimmed))
    }

    private func bytes(_ start: UnsafePointer<CChar>, _ count: Int) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    private mutating func take(_ part: UnsafePointer<CChar>, _ count: Int, separators: Int) {
        guard isWhole, part == cursor, count <= end - cursor else {
            isWhole = false
            return
        }
        cursor += count
        takeSeparators(separators)
    }

    /// The space or colon between two parts of a line, or CR LF: all are NUL by now.
    private mutating func takeSeparators(_ count: Int) {
        for _ in 0..<count {
            guard isWhole, cursor < end, cursor.pointee == 0 else {
                isWhole = false
                return
            }
            cursor += 1
        }
    }
}

/// Called for every header field, in the order of arrival.
@c(bellwether_web_collectField)
private func collectField(
    _ context: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind, _ name: UnsafePointer<CChar>?, _ nameCount: Int,
    _ value: UnsafePointer<CChar>?, _ valueCount: Int
) -> MHD_Result {
    guard let context, let name, let value else { return .YES }
    context.assumingMemoryBound(to: RawHead.self).pointee.takeField(name, nameCount, value, valueCount)
    return .YES
}

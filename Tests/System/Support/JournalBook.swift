import Glibc
import Model
import TestSupport

/// What an agent has accepted, by its journal: lines of `epoch sequence crc`. Read here anew, independently of the
/// product's own reader.
struct JournalBook: Sendable {
    private(set) var epochs: [Epoch: [Int64: UInt32]] = [:]
    /// Numbers that were given twice, to different records: a broken promise in itself.
    private(set) var reused: [Epoch: [Int64]] = [:]
    private(set) var unreadableLines = 0
    private(set) var last: (epoch: Epoch, sequence: Int64)?

    init(_ path: String) {
        // The part after the last newline is a line that was cut off by a kill.
        let lines = (fileBytes(path) ?? []).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for line in lines.dropLast() { add(line) }
    }

    private mutating func add(_ line: ArraySlice<UInt8>) {
        let fields = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
        guard fields.count == 3, let epoch = Epoch(fields[0]), let sequence = Int64(fields[1]),
            let crc = UInt32(fields[2], radix: 16)
        else {
            unreadableLines += 1
            return
        }
        if let earlier = epochs[epoch, default: [:]].updateValue(crc, forKey: sequence), earlier != crc {
            reused[epoch, default: []].append(sequence)
        }
        last = (epoch, sequence)
    }

    var count: Int { epochs.values.reduce(0) { $0 + $1.count } }

    /// The last record that a journal names, without reading all of it.
    static func newest(_ path: String) -> (epoch: Epoch, sequence: Int64)? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = pread(file, &bytes, bytes.count, max(0, lseek(file, 0, SEEK_END) - 256))
        guard count > 0 else { return nil }
        // The last piece is empty, or a line that is being written.
        let lines = bytes[..<count].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        let fields = lines.last?.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) } ?? []
        guard fields.count == 3, let epoch = Epoch(fields[0]), let sequence = Int64(fields[1]) else { return nil }
        return (epoch, sequence)
    }
}

import Glibc
public import Model
public import Runtime

/// The journal that an agent keeps of its records, for audits: a text file of lines `epoch seq crc`, where epoch and
/// crc are 16 and 8 hexadecimal digits, in ascending order within each epoch. Read in pieces: its size does not matter.
public final class AuditJournal {
    struct Entry: Equatable {
        let sequence: Int64
        let crc: UInt32
    }

    /// A part of the file in which every line has the same epoch.
    fileprivate struct Part {
        let start: Int64
        var end: Int64
        var lastSequence: Int64
    }

    private let file: JournalFile
    private var parts: [Epoch: [Part]] = [:]
    /// In the order of their first lines.
    public private(set) var epochs: [Epoch] = []
    /// Records of each epoch.
    public private(set) var counts: [Epoch: Int64] = [:]
    /// Lines that could not be read or were out of order. A last line without its end is not counted: the agent was
    /// cut off while writing it.
    public private(set) var unreadableLines: Int64 = 0

    /// Reads the whole file once, to learn where each epoch stands.
    public init(_ path: String) throws(FileFailure) {
        file = try JournalFile(path)
        var reader = JournalReader(file, from: 0, to: nil)
        var current: Epoch?
        while let line = try reader.next() {
            guard let (epoch, entry) = AuditJournal.parse(line.bytes) else {
                unreadableLines += 1
                continue
            }
            var own = parts[epoch] ?? []
            guard entry.sequence > own.last?.lastSequence ?? 0 else {
                unreadableLines += 1
                continue
            }
            if own.isEmpty { epochs.append(epoch) }
            if current != epoch { own.append(Part(start: line.start, end: line.end, lastSequence: 0)) }
            own[own.count - 1].end = line.end
            own[own.count - 1].lastSequence = entry.sequence
            parts[epoch] = own
            counts[epoch, default: 0] += 1
            current = epoch
        }
    }

    /// Goes through the records of one epoch.
    struct Cursor {
        private let file: JournalFile
        private let epoch: Epoch
        private var parts: ArraySlice<Part>
        private var reader: JournalReader?
        private var last: Int64 = 0

        fileprivate init(_ file: JournalFile, _ epoch: Epoch, _ parts: [Part]) {
            self.file = file
            self.epoch = epoch
            self.parts = parts[...]
        }

        mutating func next() throws(FileFailure) -> Entry? {
            while true {
                if let line = try reader?.next() {
                    // Unreadable lines were counted when the file was first read.
                    guard let (epoch, entry) = AuditJournal.parse(line.bytes), epoch == self.epoch,
                        entry.sequence > last
                    else { continue }
                    last = entry.sequence
                    return entry
                }
                guard let part = parts.popFirst() else { return nil }
                reader = JournalReader(file, from: part.start, to: part.end)
            }
        }
    }

    func cursor(_ epoch: Epoch) -> Cursor { Cursor(file, epoch, parts[epoch] ?? []) }

    private static func parse(_ line: ArraySlice<UInt8>) -> (Epoch, Entry)? {
        let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard fields.count == 3, let epoch = Epoch(String(decoding: fields[0], as: UTF8.self)),
            fields[1].count <= 19, fields[1].allSatisfy({ $0 >= 48 && $0 <= 57 }),
            let sequence = Int64(String(decoding: fields[1], as: UTF8.self)), sequence > 0,
            fields[2].count == 8, fields[2].first != UInt8(ascii: "+"),
            let crc = UInt32(String(decoding: fields[2], as: UTF8.self), radix: 16)
        else { return nil }
        return (epoch, Entry(sequence: sequence, crc: crc))
    }
}

/// The open file.
private final class JournalFile {
    let path: String
    let descriptor: Int32

    init(_ path: String) throws(FileFailure) {
        self.path = path
        descriptor = path.utf8.contains(0) ? -1 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FileFailure(path, "cannot open: \(SystemFailure.text(of: errno))", code: errno)
        }
    }

    deinit { close(descriptor) }

    func read(_ buffer: inout [UInt8], at offset: Int64) throws(FileFailure) -> Int {
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(offset))
            if count >= 0 { return count }
            guard errno == EINTR else {
                throw FileFailure(path, "cannot read: \(SystemFailure.text(of: errno))", code: errno)
            }
        }
    }
}

/// Lines of a part of the file, in pieces of 64 KiB.
private struct JournalReader {
    struct Line {
        /// Without its end.
        let bytes: ArraySlice<UInt8>
        /// Offsets in the file.
        let start: Int64
        let end: Int64
    }

    private let file: JournalFile
    private let limit: Int64?
    /// Where the next piece is read from.
    private var offset: Int64
    private var piece = [UInt8](repeating: 0, count: 1 << 16)
    /// What has been read; given out up to `position`.
    private var buffer: [UInt8] = []
    private var position = 0
    /// Where the line at `position` starts in the file, and how many of its bytes were not kept.
    private var lineStart: Int64
    private var skipped: Int64 = 0

    /// More than any good line has; of a longer one only the start is kept, so that it stays unreadable.
    private static let maxLineBytes = 128

    init(_ file: JournalFile, from start: Int64, to end: Int64?) {
        self.file = file
        offset = start
        lineStart = start
        limit = end
    }

    /// Nil at the end of the part, or of the file.
    mutating func next() throws(FileFailure) -> Line? {
        if let limit, lineStart >= limit { return nil }
        while true {
            if let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n")) {
                let length = skipped + Int64(end + 1 - position)
                let line = Line(bytes: buffer[position..<end], start: lineStart, end: lineStart + length)
                (position, lineStart, skipped) = (end + 1, line.end, 0)
                return line
            }
            buffer.removeSubrange(..<position)
            position = 0
            if buffer.count > JournalReader.maxLineBytes {
                skipped += Int64(buffer.count - JournalReader.maxLineBytes)
                buffer.removeSubrange(JournalReader.maxLineBytes...)
            }
            let count = try file.read(&piece, at: offset)
            guard count > 0 else { return nil }
            buffer += piece[..<count]
            offset += Int64(count)
        }
    }
}

/// The one byte form of a record: what the outbox stores and what checksums and hashes are computed over.
/// Little endian; `docs/formats/frame.md` describes it byte by byte.
public enum RecordCoding {
    public enum Failure: Error, Equatable, Sendable { case malformed }

    static let frameTag: UInt8 = 1
    static let reportTag: UInt8 = 2
    /// The first byte of a note.
    public static let noteTag: UInt8 = 3
    /// Most signals in one group.
    public static let maxSignals = 4096

    public static func encode(_ record: Record) -> [UInt8] {
        var bytes: [UInt8] = []
        switch record {
        case .frame(let frame): encode(frame, into: &bytes)
        case .report(let report): encode(report, into: &bytes)
        case .note(let note): encode(note, into: &bytes)
        }
        return bytes
    }

    public static func encode(_ frame: Frame, into bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + 12 + frame.values.count * 9)
        bytes.append(frameTag)
        bytes.append(frame.group)
        append(UInt16(truncatingIfNeeded: frame.values.count), to: &bytes)
        append(frame.timeMs, to: &bytes)
        for value in frame.values { append(value.bitPattern, to: &bytes) }
        for quality in frame.qualities { bytes.append(quality.rawValue) }
    }

    static func encode(_ report: Report, into bytes: inout [UInt8]) {
        bytes.append(reportTag)
        bytes.append(0)
        append(UInt16(0), to: &bytes)
        append(report.fromMs, to: &bytes)
        append(report.toMs, to: &bytes)
        append(report.epoch.bits, to: &bytes)
        append(report.lost?.lowerBound ?? 0, to: &bytes)
        append(report.lost?.upperBound ?? 0, to: &bytes)
        append(report.ticks, to: &bytes)
        bytes += Array(report.cause.rawValue.utf8)
    }

    static func encode(_ note: Note, into bytes: inout [UInt8]) {
        bytes += [noteTag, 0, 0, 0]
        append(note.timeMs, to: &bytes)
        bytes += Array(note.text.utf8)
    }

    public static func decode(_ bytes: [UInt8]) throws(Failure) -> Record {
        guard bytes.count >= 12 else { throw .malformed }
        switch bytes[0] {
        case frameTag: return .frame(try decodeFrame(bytes))
        case reportTag: return .report(try decodeReport(bytes))
        case noteTag: return .note(try decodeNote(bytes))
        default: throw .malformed
        }
    }

    private static func decodeFrame(_ bytes: [UInt8]) throws(Failure) -> Frame {
        let count = Int(load(UInt16.self, bytes, 2))
        guard count <= maxSignals, bytes.count == 12 + count * 8 || bytes.count == 12 + count * 9 else {
            throw .malformed
        }
        var values: [Double] = []
        values.reserveCapacity(count)
        for index in 0..<count { values.append(Double(bitPattern: load(UInt64.self, bytes, 12 + index * 8))) }
        var qualities: [Quality] = []
        for raw in bytes[(12 + count * 8)...] {
            guard let quality = Quality(rawValue: raw) else { throw .malformed }
            qualities.append(quality)
        }
        let frame = Frame(
            group: bytes[1], timeMs: load(Int64.self, bytes, 4), values: values, qualities: qualities)
        // Only the canonical form is valid: anything else would hash differently after a round trip.
        guard frame.qualities == qualities, zip(frame.values, values).allSatisfy({ $0.bitPattern == $1.bitPattern })
        else { throw .malformed }
        return frame
    }

    private static func decodeReport(_ bytes: [UInt8]) throws(Failure) -> Report {
        guard bytes.count > 52, bytes.count <= 52 + 64, load(UInt32.self, bytes, 0) == UInt32(reportTag),
            let epoch = Epoch(bits: load(UInt64.self, bytes, 20)),
            let cause = Report.Cause(rawValue: String(decoding: bytes[52...], as: UTF8.self))
        else { throw .malformed }
        let low = load(Int64.self, bytes, 28)
        let high = load(Int64.self, bytes, 36)
        guard (low == 0 && high == 0) || (low >= 1 && low <= high) else { throw .malformed }
        return Report(
            cause: cause, epoch: epoch, lost: low == 0 ? nil : low...high, fromMs: load(Int64.self, bytes, 4),
            toMs: load(Int64.self, bytes, 12), ticks: load(Int64.self, bytes, 44))
    }

    private static func decodeNote(_ bytes: [UInt8]) throws(Failure) -> Note {
        guard bytes.count > 12, bytes.count <= 12 + Note.longestText, load(UInt32.self, bytes, 0) == UInt32(noteTag),
            let text = String(validating: bytes[12...], as: UTF8.self), !text.utf8.contains(0)
        else { throw .malformed }
        return Note(timeMs: load(Int64.self, bytes, 4), text: text)
    }

    /// Appends an integer in little-endian order.
    public static func append<T: FixedWidthInteger>(_ value: T, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private static func load<T: FixedWidthInteger>(_: T.Type, _ bytes: [UInt8], _ offset: Int) -> T {
        bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self)) }
    }
}

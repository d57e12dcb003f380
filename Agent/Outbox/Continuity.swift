import CSystem
import Glibc
import Model
import Runtime

/// Evidence, kept beside the database file, that the file is the one this agent wrote last.
///
/// A restored, cloned or copied file would give sequence numbers a second time, and the collector would refuse
/// new readings as duplicates. Two independent witnesses guard against that:
/// - the *witness*: a random text written once per opening. Its content and its inode's change time are stored in
///   the database; no tool can set a change time, so a copied witness never matches.
/// - the *mark*: the last number given, rewritten after each commit. A database that knows less was replaced.
///
/// Neither needs an fsync per tick: after a power cut a lost mark is merely older, and an unreadable one costs a
/// new epoch, never a reading.
struct Continuity {
    /// The last number given and the last receipt applied, as of the last commit.
    struct Mark: Equatable {
        var epoch: Epoch
        var newest: Int64
        var receipted: Int64
    }

    /// What the database remembers of its witness.
    struct Witness: Equatable {
        var text: String
        var changeTimeNs: Int64
    }

    private static let markBytes = 28

    static func readMark(_ path: String) -> Mark? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: markBytes + 1)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count == markBytes else { return nil }
        return bytes.withUnsafeBytes { raw in
            let crc = UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 24, as: UInt32.self))
            guard crc == CRC32C.of(UnsafeRawBufferPointer(rebasing: raw[..<24])),
                let epoch = Epoch(bits: UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self)))
            else { return nil }
            return Mark(
                epoch: epoch, newest: Int64(littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: Int64.self)),
                receipted: Int64(littleEndian: raw.loadUnaligned(fromByteOffset: 16, as: Int64.self)))
        }
    }

    static func encode(_ mark: Mark) -> [UInt8] {
        var bytes: [UInt8] = []
        RecordCoding.append(mark.epoch.bits, to: &bytes)
        RecordCoding.append(mark.newest, to: &bytes)
        RecordCoding.append(mark.receipted, to: &bytes)
        let crc = bytes.withUnsafeBytes { CRC32C.of($0) }
        RecordCoding.append(crc, to: &bytes)
        return bytes
    }

    /// The witness file as it is now; nil if it is missing or unreadable.
    static func readWitness(_ path: String) -> Witness? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0, let time = changeTimeNs(descriptor) else { return nil }
        return Witness(text: String(decoding: bytes[..<count], as: UTF8.self), changeTimeNs: time)
    }

    /// Writes a fresh witness and returns what the database has to remember of it.
    static func renewWitness(_ path: String) throws(OutboxFailure) -> Witness {
        let text = "\(try Outbox.randomEpoch())\(try Outbox.randomEpoch())"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw systemFailure("create \(path)") }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count, fsync(descriptor) == 0, let time = changeTimeNs(descriptor) else {
            throw systemFailure("write \(path)")
        }
        return Witness(text: text, changeTimeNs: time)
    }

    private static func changeTimeNs(_ descriptor: Int32) -> Int64? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        return Int64(status.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_ctim.tv_nsec)
    }

    static func systemFailure(_ doing: String) -> OutboxFailure {
        let code = errno
        let kind: OutboxFailure.Kind =
            switch code {
            case ENOSPC, EDQUOT: .full
            case EIO: .disk
            default: .configuration
            }
        return OutboxFailure(kind, doing: doing, detail: String(cString: strerror(code)))
    }
}

/// The open mark file; one small `pwrite` after each commit.
final class MarkFile {
    private let descriptor: Int32

    init(path: String) throws(OutboxFailure) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Continuity.systemFailure("open \(path)") }
    }

    deinit { close(descriptor) }

    func write(_ mark: Continuity.Mark) throws(OutboxFailure) {
        let bytes = Continuity.encode(mark)
        let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard written == bytes.count else { throw Continuity.systemFailure("write the mark") }
    }
}

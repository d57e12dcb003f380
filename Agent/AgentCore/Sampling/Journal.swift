import Glibc
import Outbox
import Runtime

/// A second account of every accepted record, for audits: one line `epoch sequence crc`, on another disk.
///
/// Written with O_DSYNC after the commit and before anything is published. A record may be in the outbox and not in
/// the journal (a kill between the two), but never the other way round.
final class Journal {
    private let descriptor: CInt

    init(path: String) throws(SystemFailure) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_DSYNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw SystemFailure("open the journal \(path)") }
    }

    deinit { close(descriptor) }

    func append(_ records: [StoredRecord]) throws(SystemFailure) {
        guard !records.isEmpty else { return }
        var text = ""
        for record in records {
            let crc = CRC32C.ofRecord(epoch: record.epoch, sequence: record.sequence, bytes: record.body)
            let digits = String(crc, radix: 16)
            text += "\(record.epoch) \(record.sequence) \(String(repeating: "0", count: 8 - digits.count))\(digits)\n"
        }
        let bytes = Array(text.utf8)
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count else {
            throw written < 0 ? SystemFailure("write the journal") : SystemFailure("write the journal", code: ENOSPC)
        }
    }
}

import Model
import Runtime

/// Goes through the records of one stream in the order of their numbers, one at a time, and keeps only sums and ranges.
struct RecordWalk {
    private let epoch: Epoch
    private var journal: AuditJournal.Cursor?
    private var entry: AuditJournal.Entry?
    private var last: (sequence: Int64, chain: UInt64?) = (0, ChainHash.start)

    /// The numbers that were seen.
    private(set) var present = SequenceSet()
    private(set) var doubled = SequenceSet()
    private(set) var verifiedLinks: Int64 = 0
    private(set) var unverifiableLinks: Int64 = 0
    private(set) var brokenLinks = SequenceSet()
    private(set) var comparison = JournalAudit()
    /// In the journal, but not seen.
    private(set) var absent = SequenceSet()

    init(_ epoch: Epoch, journal: AuditJournal.Cursor?) throws(FileFailure) {
        self.epoch = epoch
        self.journal = journal
        try advanceJournal()
    }

    /// `bytes` is the record in its one form, or nil when what is stored is no record at all.
    mutating func see(_ sequence: Int64, _ bytes: [UInt8]?, chain: UInt64?) throws(FileFailure) {
        guard present.insert(sequence) else {
            doubled.insert(sequence)
            return
        }
        follow(sequence, bytes, chain)
        try compare(sequence, bytes)
    }

    /// After the last record.
    mutating func finish() throws(FileFailure) {
        while let entry {
            absent.insert(entry.sequence)
            try advanceJournal()
        }
    }

    private mutating func follow(_ sequence: Int64, _ bytes: [UInt8]?, _ chain: UInt64?) {
        defer { last = (sequence, chain) }
        guard let bytes, let chain else {
            brokenLinks.insert(sequence)
            return
        }
        guard sequence == last.sequence &+ 1, let previous = last.chain else {
            unverifiableLinks += 1
            return
        }
        if ChainHash.next(after: previous, epoch: epoch, sequence: sequence, record: bytes) == chain {
            verifiedLinks += 1
        } else {
            brokenLinks.insert(sequence)
        }
    }

    private mutating func compare(_ sequence: Int64, _ bytes: [UInt8]?) throws(FileFailure) {
        guard journal != nil else { return }
        while let entry, entry.sequence < sequence {
            absent.insert(entry.sequence)
            try advanceJournal()
        }
        guard let entry, entry.sequence == sequence else {
            comparison.unknown.insert(sequence)
            return
        }
        if let bytes, CRC32C.ofRecord(epoch: epoch, sequence: sequence, bytes: bytes) == entry.crc {
            comparison.matched += 1
        } else {
            comparison.different.insert(sequence)
        }
        try advanceJournal()
    }

    private mutating func advanceJournal() throws(FileFailure) {
        entry = try journal?.next()
        if entry != nil { comparison.records += 1 }
    }
}

import Model
import Postgres

/// A stream as the ingest thread knows it: what is stored, and what is on its way to be.
final class StreamState {
    let number: Int32
    let id: StreamID
    /// Stored, or in a batch that will be: never to be stored again.
    var claimed: SequenceSet
    /// Declared as never to come. What comes all the same is welcome.
    var lost: SequenceSet
    /// Highest number heard of.
    var made: Int64

    init(_ record: StreamRecord, epoch: Epoch) {
        number = record.stream
        id = StreamID(site: record.site, agent: record.agent, epoch: epoch)
        claimed = record.committed
        lost = record.lost
        made = max(record.made, record.committed.max ?? 0)
    }

    /// Whether each of these numbers is stored, on its way to be, or declared lost.
    func isSettled(_ numbers: ClosedRange<Int64>) -> Bool {
        if claimed.contains(numbers) { return true }
        if lost.isEmpty { return false }
        var open = claimed.missing(in: numbers)
        open.subtract(lost)
        return open.isEmpty
    }

    /// The last of the numbers from 1 up that are all settled; 0 if 1 is not.
    var settledThrough: Int64 {
        var settled = claimed
        settled.formUnion(lost)
        return settled.contiguousFromOne
    }

    /// Numbers up to `made` that are neither stored nor declared lost.
    var open: SequenceSet {
        guard made >= 1 else { return SequenceSet() }
        var open = claimed.missing(in: 1...made)
        open.subtract(lost)
        return open
    }
}

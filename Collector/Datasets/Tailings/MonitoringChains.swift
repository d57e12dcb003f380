import Glibc
import Runtime

/// Makes the facilities' series slice by slice. A slice goes on where the one before it ended, on whichever thread that
/// was; only where the one before it was not made here, because a run is resumed, it begins at the beginning again.
final class MonitoringChains: Sendable {
    private struct Chain {
        /// Series that have come to the beginning of a slice.
        var ready: [Int: MonitoringSeries] = [:]
        /// Slices that are being made.
        var inWork: Set<Int> = []
    }

    private static let patienceMs = 100
    private let chains = Locked<[Int: Chain]>([:])

    /// The rows of a slice. `isLast`: of its facility; `start` gives the facility's series from its beginning.
    func rows(of slice: RecordSlice, isLast: Bool, _ start: () -> MonitoringSeries) -> [MonitoringRow] {
        guard !slice.records.isEmpty else { return [] }
        chains.withLock { _ = $0[slice.facility, default: Chain()].inWork.insert(slice.chunk) }
        var series = waitedFor(slice) ?? start()
        while series.made < slice.records.lowerBound, series.next() != nil {}
        var rows: [MonitoringRow] = []
        rows.reserveCapacity(slice.records.count)
        while series.made < slice.records.upperBound, let row = series.next() { rows.append(row) }
        chains.withLock { chains in
            chains[slice.facility]?.inWork.remove(slice.chunk)
            if isLast { chains[slice.facility] = nil } else { chains[slice.facility]?.ready[slice.chunk + 1] = series }
        }
        return rows
    }

    /// Slices are begun in their order, so that the one before is made already, being made, or about to be.
    private func waitedFor(_ slice: RecordSlice) -> MonitoringSeries? {
        guard slice.chunk > 0 else { return nil }
        var waitedMs = 0
        while true {
            let (series, isComing) = chains.withLock { chains in
                let chain = chains[slice.facility]
                chains[slice.facility]?.ready[slice.chunk] = nil
                return (chain?.ready[slice.chunk], chain?.inWork.contains(slice.chunk - 1) ?? false)
            }
            if series != nil || (!isComing && waitedMs >= MonitoringChains.patienceMs) { return series }
            usleep(1_000)
            waitedMs += isComing ? 0 : 1
        }
    }
}

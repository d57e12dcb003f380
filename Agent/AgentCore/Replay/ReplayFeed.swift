import Model
import Runtime
import Tables

/// Plays a recording: gives the rows that have become due, each as a frame of every group that it has readings of.
///
/// Rows keep their distances, divided by the speed, from the first tick on. Which rows a tick gives is a function of
/// the tick's instant alone, so that a restart goes on with the row behind the last one that was accepted.
final class ReplayFeed {
    /// Rows a second beyond which nobody would hear them one by one.
    static let mostRowsPerSecond = 5_000.0
    private static let ratesHz = 0.1...50.0

    let kind: AssetKind
    /// Ticks per second that suit the recording.
    let rateHz: Double
    private let recording: Recording
    private let speed: Double
    private let atEnd: ReplaySettings.AtEnd
    private var waiting: Recording.Row?
    /// The first row's time in this pass, and where the pass begins in the asset's time.
    private var startMs: Int64?
    private var passOffsetMs: Int64 = 0
    private let intervalMs: Int64
    /// Of this pass.
    private var rowsTaken = 0
    private var lastOffsetMs: Int64 = 0
    private(set) var hasEnded = false
    private(set) var failure: TableFailure?
    /// By so much the play was held up by ticks that were skipped.
    private var heldUpMs = 0.0
    /// Nil before the first row.
    private(set) var progress: ReplayProgress?

    init(_ settings: ReplaySettings) throws(TableFailure) {
        recording = try Recording(settings)
        kind = recording.signals.kind
        speed = settings.speed
        atEnd = settings.atEnd
        intervalMs = max(1, try recording.usualIntervalMs())
        let rows = speed * 1000 / Double(intervalMs)
        guard rows <= ReplayFeed.mostRowsPerSecond else {
            throw TableFailure(
                settings.path,
                "would give \(Int(rows)) rows a second at speed \(speed), more than \(Int(ReplayFeed.mostRowsPerSecond)); "
                    + "lower the speed")
        }
        rateHz = min(max(rows, ReplayFeed.ratesHz.lowerBound), ReplayFeed.ratesHz.upperBound)
    }

    /// The frames of the rows that are due at `assetS` seconds of play. `timeMs`: the clock's time at that instant; nil
    /// when the tick is only repeated. `lateMs`: how long ago the instant was.
    func due(atS assetS: Double, timeMs: Int64?, lateMs: Double) -> [Frame] {
        let playedMs = assetS * 1000 * speed
        var frames: [Frame] = []
        while !hasEnded {
            guard let row = upcoming() else { break }
            let offsetMs = passOffsetMs + (row.timeMs - (startMs ?? row.timeMs))
            let aheadMs = Double(offsetMs) - playedMs
            guard aheadMs <= 0 else { break }
            waiting = nil
            rowsTaken += 1
            lastOffsetMs = offsetMs
            guard let timeMs else { continue }
            let behindMs = -aheadMs / speed
            progress = ReplayProgress(rowLateMs: lateMs + behindMs + heldUpMs, after: progress)
            frames += self.frames(row, timeMs: timeMs - Int64(behindMs.rounded()))
        }
        return frames
    }

    /// The row that comes next; nil at the end, or when the file cannot be read on.
    private func upcoming() -> Recording.Row? {
        if let waiting { return waiting }
        do throws(TableFailure) {
            waiting = try recording.next()
            if waiting == nil, atEnd == .repeat, rowsTaken > 0 {
                passOffsetMs = lastOffsetMs + intervalMs
                (startMs, rowsTaken) = (nil, 0)
                try recording.rewind()
                waiting = try recording.next()
            }
        } catch {
            failure = error
        }
        if startMs == nil { startMs = waiting?.timeMs }
        if waiting == nil { hasEnded = true }
        return waiting
    }

    private func frames(_ row: Recording.Row, timeMs: Int64) -> [Frame] {
        recording.signals.places.enumerated().compactMap { group, places in
            let values = places.map { place in place.map { row.values[$0] } ?? Frame.noValue }
            guard values.contains(where: \.isFinite) else { return nil }
            return Frame(
                group: UInt8(group), timeMs: timeMs, values: values,
                qualities: values.map { $0.isFinite ? .good : .bad })
        }
    }

    /// Ticks did not happen: everything comes later.
    func skipped(_ ticks: Int64) { heldUpMs += Double(ticks) / rateHz * 1000 }

    // MARK: - State

    /// From the beginning.
    func restart() { seek(pass: 0, rows: 0, offset: 0) }

    func visitState(_ archive: inout StateArchive) {
        var pass = Int(passOffsetMs)
        var rows = rowsTaken
        var offset = Int(lastOffsetMs)
        archive.visit(&pass)
        archive.visit(&rows)
        archive.visit(&offset)
        guard (pass, rows, offset) != (Int(passOffsetMs), rowsTaken, Int(lastOffsetMs)) else { return }
        seek(pass: Int64(pass), rows: rows, offset: Int64(offset))
    }

    private func seek(pass: Int64, rows: Int, offset: Int64) {
        hasEnded = false
        do throws(TableFailure) {
            try recording.rewind()
            (passOffsetMs, lastOffsetMs, rowsTaken, startMs, waiting) = (max(0, pass), max(0, offset), 0, nil, nil)
            while rowsTaken < rows, let row = try recording.next() {
                if startMs == nil { startMs = row.timeMs }
                rowsTaken += 1
            }
        } catch {
            failure = error
            hasEnded = true
        }
    }
}

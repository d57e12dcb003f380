import Model

/// The files of a set whose faults always begin at the same row, with beginnings that nobody can know: rows of the
/// normal time before the fault are left out, or come again.
enum ShiftedSeries {
    /// At most so many rows more, and so many left over of the normal time.
    private static let mostMore = 1200
    private static let least = 10

    static func of(_ series: EvaluationSeries) -> EvaluationSeries {
        guard let onsetMs = series.events.first?.onsetMs, series.rowCount > 1,
            let onset = series.timesMs.firstIndex(where: { $0 >= onsetMs }), onset > least
        else { return series }
        var random = SeededRandom(seed: 0x5417, stream: SeededRandom.stream(series.name))
        // What is to be learnt from stays; without such rows the normal time may also become shorter.
        let less = series.learnRows > 0 ? 0 : onset - least
        let change = random.below(mostMore + less + 1) - less
        var shifted = series
        let width = series.signalCount
        let periodMs = max(series.timesMs[1] - series.timesMs[0], 1)
        if change < 0 {
            shifted.timesMs.removeFirst(-change)
            shifted.values.removeFirst(-change * width)
            return shifted
        }
        // Backwards from the beginning, the normal time again and again, so that it joins on as it did.
        let rows = (0..<change).map { onset - 1 - ($0 % onset) }.reversed()
        shifted.timesMs = (0..<change).map { series.timesMs[0] - Int64(change - $0) * periodMs } + series.timesMs
        shifted.values = rows.flatMap { series.values[$0 * width..<($0 + 1) * width] } + series.values
        return shifted
    }
}

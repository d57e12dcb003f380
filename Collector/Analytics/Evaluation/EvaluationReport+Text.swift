import Runtime

extension EvaluationReport {
    /// For people.
    public var text: String {
        var text = "set \(set.rawValue)" + (path.isEmpty ? "" : ", \(Text.escaped(path, maxCharacters: 300))")
        text += ": \(runCount) runs, \(rowCount) rows, \(valueCount) values\n"
        text += "One pass, row by row, settings fixed beforehand; no threshold has seen a label.\n\n"
        text += EvaluationReport.table(summary)
        if detector.nabOptimised != nil {
            text +=
                "\"hindsight\": with the threshold that is best for each profile on these very labels, as NAB's own\n"
            text += "procedure has it. NAB pays for rare alarms: compare with every_600_rows.\n"
        }
        if set.prior != nil {
            text +=
                "\"begun at random\": the same files with more or fewer rows before the fault, because in all of them\n"
            text += "it begins at the same row, as index_prior knows.\n"
        }
        if groups.count > 1 { text += "\n" + EvaluationReport.table(groupTable) }
        if !whiteness.isEmpty { text += "\n" + whitenessText }
        return text
    }

    private var summary: [[String]] {
        let all = [detector] + floors
        var rows = [[""] + all.map(\.name)]
        func row(_ title: String, _ figure: (DetectorFigures) -> String?) {
            let cells = all.map { figure($0) }
            if cells.contains(where: { $0 != nil }) { rows.append([title] + cells.map { $0 ?? "-" }) }
        }
        func interval(_ range: ClosedRange<Double>?) -> String {
            range.map { " (\(Self.short($0.lowerBound)) to \(Self.short($0.upperBound)))" } ?? ""
        }
        row("event recall") { figures in
            figures.events.recall.map { Self.short($0) + interval(figures.recallInterval) }
        }
        row("delay, median, s") { figures in
            figures.events.delay(0.5).map { Self.short($0) + interval(figures.delayInterval) }
        }
        row("delay, 90 %, s") { $0.events.delay(0.9).map(Self.short) }
        row("delay, longest, s") { $0.events.delay(1).map(Self.short) }
        if set == .simulated {
            row("delay, median, missed counted, s") { $0.events.censoredDelay(0.5).map(Self.short) }
        }
        row("false episodes a day") { figures in
            figures.events.falsePerDay.map { Self.short($0) + interval(figures.falseInterval) }
        }
        row("false episodes") { "\($0.events.falseEpisodes)" }
        row("precision of episodes") { $0.events.precision.map(Self.short) }
        row("missed detection, rows") { $0.rows?.missedDetection.map(Self.short) }
        row("false alarms, rows") { $0.rows?.falseAlarmRate.map(Self.short) }
        row("F1, rows") { $0.rows?.f1.map(Self.short) }
        row("begun at random: missed") { $0.shiftedRows?.missedDetection.map(Self.short) }
        row("begun at random: false alarms") { $0.shiftedRows?.falseAlarmRate.map(Self.short) }
        row("begun at random: F1") { $0.shiftedRows?.f1.map(Self.short) }
        row("VUS-PR") { $0.vusPR.map(Self.short) }
        for (place, profile) in NABScore.Profile.all.enumerated() {
            row("NAB \(profile.name)") { $0.nab?.normalised(profile).map(Self.short) }
            row("NAB \(profile.name), hindsight") { $0.nabOptimised.map { Self.short($0[place]) } }
        }
        row("NAB windows found") { $0.nab.map { "\($0.detected) of \($0.windows)" } }
        row("NAB false alarms") { $0.nab.map { "\($0.falseAlarms)" } }
        row("guilty signal named first") {
            $0.events.explained(within: 1, atLast: false, onlySensors: false).map(Self.short)
        }
        row("guilty signal among first 3") {
            $0.events.explained(within: 3, atLast: false, onlySensors: false).map(Self.short)
        }
        row("guilty sensor named first") {
            $0.events.explained(within: 1, atLast: false, onlySensors: true).map(Self.short)
        }
        row("guilty sensor first in the end") {
            $0.events.explained(within: 1, atLast: true, onlySensors: true).map(Self.short)
        }
        row("ns per value") { $0.nsPerValue.map(Self.short) }
        row("bytes per signal") { $0.bytesPerSignal.map(Self.short) }
        return rows
    }

    private var groupTable: [[String]] {
        let shown = floors.indices.filter { floors[$0].name.hasPrefix("ewma") }
        var rows = [
            ["", "events", "recall", "delay, median, s", "longest, s", "false", "guilty first"]
                + shown.flatMap { [floors[$0].name, "delay, s"] }
        ]
        for group in groups {
            let events = group.detector
            func figure(_ value: Double?) -> String { value.map(Self.short) ?? "-" }
            var row = [
                group.name.isEmpty ? "all" : group.name, "\(events.outcomes.count)", figure(events.recall),
                figure(events.delay(0.5)), figure(events.delay(1)), "\(events.falseEpisodes)",
                figure(events.explained(within: 1, atLast: false, onlySensors: false)),
            ]
            for floor in shown { row += [figure(group.floors[floor].recall), figure(group.floors[floor].delay(0.5))] }
            rows.append(row)
        }
        return rows
    }

    private var whitenessText: String {
        var text = "Residuals in normal operation with |lag-1 autocorrelation| below 0.1:\n"
        for kind in whiteness {
            let share = EvaluationReport.whiteShare(kind.autocorrelations).map(Self.short) ?? "-"
            let others = kind.autocorrelations.filter { abs($0.value) >= 0.1 }
            let named = others.prefix(8).map { "\($0.signal) \(Self.short($0.value))" }.joined(separator: ", ")
            text += "  \(kind.kind): \(share) of \(kind.autocorrelations.count) signals"
            text += others.isEmpty ? "\n" : "; not \(named)\(others.count > 8 ? ", ..." : "")\n"
        }
        return text
    }

    static func line(_ alert: Alert, _ run: JudgedRun) -> String {
        let startMs = run.timesMs.first ?? 0
        func seconds(_ timeMs: Int64) -> String { short(Double(timeMs - startMs) / 1000) }
        let isTrue = run.events.contains { $0.contains(alert.fromMs) }
        let kind = alert.fromMs < run.judgedFromMs ? "learning" : isTrue ? "true" : "false"
        var line = "\(run.name): \(kind), noticed at \(seconds(alert.fromMs)) s, since \(seconds(alert.sinceMs)) s"
        line += alert.toMs.map { ", until \(seconds($0)) s" } ?? ", goes on"
        line += ", surprise \(short(alert.score)): \(alert.atFirst.signals.prefix(3).joined(separator: ", "))"
        if !alert.atFirst.relations.isEmpty { line += "; breaks \(alert.atFirst.relations.joined(separator: ", "))" }
        if let fault = alert.atLast.faults.first { line += "; likely \(fault)" }
        return line
    }

    /// Three digits that count.
    static func short(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        var factor = 1.0
        let size = abs(value)
        if size < 100, size > 0 { factor = size < 1 ? 1000 : size < 10 ? 100 : 10 }
        let rounded = (value * factor).rounded() / factor
        let text = rounded.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Columns under each other, the first to the left, the others to the right.
    private static func table(_ rows: [[String]]) -> String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let pad = String(repeating: " ", count: widths[column] - cell.count)
                line += column == 0 ? cell + pad : "  " + pad + cell
            }
            return line + "\n"
        }.joined()
    }
}

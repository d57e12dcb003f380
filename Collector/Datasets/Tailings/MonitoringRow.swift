import Assets
import Model
import Tables

/// One reading of all instruments of a facility.
struct MonitoringRow: Sendable {
    let facility: String
    let timeMs: Int64
    /// Of the groups in `MonitoringSignals`, one after the other.
    let values: [Double]
    /// 0 green ... 3 red.
    let status: Int
    /// Which episode is on: a place in `MonitoringEpisodes.labels`.
    let label: Int
    let severity: Double

    /// A prism that has moved so far is no longer part of an embankment.
    static let failedMm = 1_000.0
    var hasFailed: Bool { values[MonitoringSignals.crestPrism] > MonitoringRow.failedMm }
}

/// The simulator's signals that a monitoring record has: all numbers but the level of the response plan, which is the
/// record's status.
enum MonitoringSignals {
    static let kind = AssetCatalog["tailings"]
    /// The simulator's groups that are read.
    static let groups = [0, 1, 2]
    static let levelName = "tarp_level"

    /// In each group, the places of its signals that become columns.
    static let places: [[Int]] = groups.map { group in
        let signals = kind?.groups[group].signals ?? []
        return signals.indices.filter { signals[$0].form == .number }
    }

    static let signals: [Signal] = zip(groups, places).flatMap { group, places in
        places.compactMap { kind?.groups[group].signals[$0] }
    }

    /// Where the movement of the prism on the crest stands among `signals`.
    static let crestPrism = signals.firstIndex { $0.name == "displacement_2" } ?? 0

    /// Where the response plan's level stands in the first group.
    static let level = kind?.groups[0].signals.firstIndex { $0.name == levelName } ?? 0
}

extension MonitoringRow {
    static let statuses = ["green", "yellow", "orange", "red"]

    static let table = RecordTable<MonitoringRow>(
        "monitoring", "Readings of the facilities' instruments over time, from the tailings simulator.",
        [
            .text("facility_id", "The facility") { $0.facility },
            .time("timestamp", "When it was read") { $0.timeMs },
        ]
            + MonitoringSignals.signals.enumerated().map { index, signal in
                .number(signal.name, unit: signal.unit, signal.title, range: signal.physical) { $0.values[index] }
            } + [
                .category(
                    "status", statuses,
                    "Level of the trigger action response plan: the worst that table `triggers` gives for this row"
                ) { $0.status },
                .category("scenario", MonitoringEpisodes.labels, "What the simulator was made to suffer") { $0.label },
                .number("scenario_severity", "Its strength now, 0 to 1", range: 0...1) { $0.severity },
                .flag("failed", "Whether the embankment has failed: `displacement_2` is beyond one metre") {
                    $0.hasFailed
                },
            ])
}

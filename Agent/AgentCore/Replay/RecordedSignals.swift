import Assets
import Model
import Outbox
import Runtime
import Tables

/// What the columns of a recording become: the kind of asset that it plays, and where each signal's readings stand.
struct RecordedSignals {
    /// The name of kinds that are made from a file.
    static let kindID = "replay"
    /// Signals of one group; more make several groups.
    static let groupSize = 64
    static let mostSignals = 32 * groupSize

    let kind: AssetKind
    /// For each group of the kind and each of its signals: which of `columns` it is, or none.
    let places: [[Int?]]
    let columns: [Column]

    init(_ file: RecordingFile, _ mapping: RecordingMapping, without others: [String]) throws(TableFailure) {
        if let id = mapping.kind {
            guard let known = AssetCatalog[id] else {
                let hint = NearestName.hint(for: id, in: AssetCatalog.all.map(\.id))
                throw TableFailure(file.path, "cannot be of kind \(Text.quoted(id))\(hint)")
            }
            (kind, (places, columns)) = (known, RecordedSignals.named(known, in: file))
            guard !columns.isEmpty else {
                throw TableFailure(file.path, "has no column that is called like a signal of kind \(id)")
            }
            return
        }
        var signals: [Signal] = []
        var columns: [Column] = []
        if mapping.entries.isEmpty {
            for column in file.schema.columns where !others.contains(column.name) {
                guard let signal = RecordedSignals.signal(column, besides: signals) else { continue }
                signals.append(signal)
                columns.append(column)
            }
        } else {
            for entry in mapping.entries {
                let column = try file.column(entry.column)
                guard RecordedSignals.form(column) == .number else {
                    throw TableFailure(file.path, "column \(Text.quoted(column.name)) does not hold numbers")
                }
                signals.append(entry.signal)
                columns.append(column)
            }
        }
        guard !signals.isEmpty else {
            throw TableFailure(
                file.path, "has no column of numbers beside the time; name its columns in a mapping file")
        }
        guard signals.count <= RecordedSignals.mostSignals else {
            throw TableFailure(
                file.path,
                "has \(signals.count) columns, more than \(RecordedSignals.mostSignals); choose in a mapping file")
        }
        let groups = stride(from: 0, to: signals.count, by: RecordedSignals.groupSize).map { start in
            Array(signals[start..<min(start + RecordedSignals.groupSize, signals.count)])
        }
        kind = RecordedSignals.kind(groups)
        self.columns = columns
        places = groups.enumerated().map { group, signals in
            signals.indices.map { group * RecordedSignals.groupSize + $0 }
        }
    }

    /// The columns that are called like signals of a kind.
    private static func named(_ known: AssetKind, in file: RecordingFile) -> (places: [[Int?]], columns: [Column]) {
        var columns: [Column] = []
        let places: [[Int?]] = known.groups.map { group in
            group.signals.map { signal in
                guard let column = file.schema.columns.first(where: { $0.name == signal.name }),
                    RecordedSignals.form(column) != nil
                else { return nil }
                columns.append(column)
                return columns.count - 1
            }
        }
        return (places, columns)
    }

    /// A kind with these groups of signals, which nobody simulates.
    static func kind(_ groups: [[Signal]]) -> AssetKind {
        AssetKind(
            id: kindID, title: "Recorded readings",
            groups: groups.enumerated().map { index, signals in
                SignalGroup(index == 0 ? "recorded" : "recorded-\(index + 1)", .everyTick, signals)
            }, scenarios: []
        ) { _ in Stillness() }
    }

    /// The kind of a recording that was played before, by what its waiting records say; nil for another kind.
    static func kind(of asset: String, _ id: String, _ layouts: [Layout]) -> AssetKind? {
        let own = layouts.filter { $0.asset == asset && $0.kind == kindID }.sorted { $0.group < $1.group }
        guard id == kindID, own.map(\.group) == Array(own.indices) else { return nil }
        return kind(own.map { layout in layout.signals.map { Signal($0, $0, decimals: 6) } })
    }

    private static func signal(_ column: Column, besides others: [Signal]) -> Signal? {
        guard let form = form(column) else { return nil }
        var name = SignalName.made(from: column.name)
        if others.contains(where: { $0.name == name }) { name += "_\(others.count + 1)" }
        return Signal(
            name, column.description.isEmpty ? column.name : column.description, unit: column.unit, form: form,
            decimals: 6)
    }

    /// What its values are as readings; nil when they are none.
    private static func form(_ column: Column) -> Signal.Form? {
        switch column.form {
        case .number, .number32, .integer: .number
        case .flag: .flag
        case .category(let labels): .category(labels)
        case .text, .timeMs: nil
        }
    }
}

/// Stands where a simulator would.
struct Stillness: Simulator {
    mutating func advance(seconds: Double, under disturbances: Disturbances) {}
    mutating func read(group: Int, into readings: inout Readings) {}
    mutating func visitState(_ archive: inout StateArchive) {}
}

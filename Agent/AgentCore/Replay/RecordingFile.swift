import Model
import Runtime
import Tables

/// Which file holds a recording, and what its columns are.
struct RecordingFile {
    let path: String
    let format: TableFormat
    let schema: TableSchema

    /// Columns that are called like this hold times.
    private static let timeNames = ["timestamp", "time", "datetime", "date_time", "ts", "date"]
    /// So many rows of a CSV file tell which of its columns are numbers.
    private static let rowsLookedAt = 200

    init(_ settings: ReplaySettings) throws(TableFailure) {
        (path, format) = try RecordingFile.find(settings)
        switch format {
        case .parquet: schema = try ParquetReader(path: path).schema
        case .json: schema = try RecordingFile.described(path, header: nil)
        case .csv:
            var reader = try CSVReader(path: path, separator: settings.mapping.separator)
            if let known = try? RecordingFile.described(path, header: reader.header) {
                schema = known
            } else {
                schema = try RecordingFile.guessed(&reader, settings.mapping)
            }
        }
    }

    /// The column of the times; nil when the rows have a fixed distance.
    func timeColumn(_ mapping: RecordingMapping) throws(TableFailure) -> Column? {
        if let name = mapping.timeColumn { return try column(name) }
        if mapping.intervalS != nil { return nil }
        if let times = schema.columns.first(where: { $0.form == .timeMs }) { return times }
        if let named = schema.columns.first(where: { RecordingFile.timeNames.contains($0.name.lowercased()) }) {
            return named
        }
        throw TableFailure(
            path, "has no column of times; say which one it is (time: {column: …}), or interval_s, in the mapping file")
    }

    func column(_ name: String) throws(TableFailure) -> Column {
        if let column = schema.columns.first(where: { $0.name == name }) { return column }
        let hint = NearestName.hint(for: name, in: schema.columns.map(\.name))
        throw TableFailure(path, "has no column \(Text.quoted(name))\(hint)")
    }

    // MARK: - Finding it

    private static func find(_ settings: ReplaySettings) throws(TableFailure) -> (String, TableFormat) {
        if let format = format(of: settings.path) {
            guard settings.table == nil else {
                throw TableFailure(settings.path, "is one table; table is for a dataset's folder")
            }
            return (settings.path, format)
        }
        let names: [String]
        do throws(FileFailure) {
            names = try Files.entries(of: settings.path)
        } catch {
            throw TableFailure(error)
        }
        // Parquet first: it knows its units.
        let files = TableFormat.allCases.flatMap { format in
            names.sorted().filter { $0.hasSuffix(".\(format.rawValue)") }.map { ("\(settings.path)/\($0)", format) }
        }
        let tables = files.filter { !["schema", "manifest"].contains(tableName($0.0)) }
        if let wanted = settings.table {
            if let found = tables.first(where: { tableName($0.0) == wanted }) { return found }
            let hint = NearestName.hint(for: wanted, in: tables.map { tableName($0.0) })
            throw TableFailure(settings.path, "has no table \(Text.quoted(wanted))\(hint)")
        }
        let different = Set(tables.map { tableName($0.0) }).sorted()
        guard let first = tables.first, different.count == 1 else {
            throw TableFailure(
                settings.path,
                different.isEmpty
                    ? "holds no Parquet, CSV or JSON table"
                    : "holds several tables; say which one by table: \(different.joined(separator: ", "))")
        }
        return first
    }

    private static func format(of path: String) -> TableFormat? {
        TableFormat.allCases.first { path.hasSuffix(".\($0.rawValue)") }
    }

    private static func tableName(_ path: String) -> String {
        let name = Files.name(of: path)
        return name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }

    // MARK: - Its columns

    /// As the `schema.json` beside it says.
    private static func described(_ path: String, header: [String]?) throws(TableFailure) -> TableSchema {
        let place = "\(Files.folder(of: path))/schema.json"
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try Files.read(place, maxBytes: 1 << 22)
        } catch {
            throw TableFailure(error)
        }
        let limits = JSON.Limits(bytes: 1 << 22, depth: 10, values: 200_000)
        guard let json = try? JSON(bytes, limits: limits), let tables = json["tables"]?.array else {
            throw TableFailure(place, "does not describe tables")
        }
        for schema in tables.compactMap({ TableSchema($0) }) where schema.name == tableName(path) {
            if header == nil || header == schema.columns.map(\.name) { return schema }
        }
        throw TableFailure(place, "does not describe the table \(tableName(path)) as it is")
    }

    /// By what stands in the first rows: numbers where there is nothing else.
    private static func guessed(
        _ reader: inout CSVReader, _ mapping: RecordingMapping
    ) throws(TableFailure) -> TableSchema {
        var isNumber = reader.header.map { _ in true }
        var hasValue = reader.header.map { _ in false }
        var rows = 0
        while rows < rowsLookedAt, try reader.nextRow() {
            rows += 1
            for place in isNumber.indices where !reader.isNull(place) {
                hasValue[place] = true
                if reader.number(place) == nil { isNumber[place] = false }
            }
        }
        guard rows > 0 else { throw TableFailure(reader.path, "has no rows") }
        let columns = reader.header.enumerated().map { place, name in
            let isTime = name == mapping.timeColumn && mapping.timeForm == .text
            return Column(
                name, isNumber[place] && hasValue[place] && !isTime ? .number : .text, isNullable: true)
        }
        return TableSchema(tableName(reader.path), "", columns)
    }
}

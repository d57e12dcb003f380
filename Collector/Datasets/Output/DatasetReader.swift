public import Runtime
public import Tables

/// A written dataset, read back from its files alone.
public struct DatasetReader: Sendable {
    /// One of its data files.
    struct DataFile: Sendable {
        let name: String
        let table: TableSchema
        let format: TableFormat
        let rowCount: Int
    }

    /// The dataset's folder.
    public let folder: String
    public let kind: String
    public let seed: Int64
    /// What the kind's `writeConfiguration` wrote.
    public let configuration: JSON
    /// With what it was made: kind, version, seed, the kind's parameters, formats and configuration.
    public let request: JSON
    public let totals: DatasetTotals
    public let tables: [TableSchema]
    let files: [Manifest.File]
    let data: [DataFile]

    /// Opens a dataset by its manifest and its schema. Throws when either is missing or damaged.
    public init(_ folder: String) throws(DatasetFailure) {
        var folder = folder
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        self.folder = folder
        guard Files.isFolder(folder) else { throw .failed("\(Text.escaped(folder)): is no folder with a dataset") }
        let manifestPath = "\(folder)/\(DatasetFolder.manifestName)"
        let manifest = try DatasetFolder.json(manifestPath)
        let schema = try DatasetFolder.json("\(folder)/\(DatasetFolder.schemaName)")
        guard manifest["format"]?.string == "bellwether-dataset/1", let request = manifest["request"],
            let kind = request["kind"]?.string, let configuration = request["configuration"],
            let sums = manifest["totals"]?.object, let files = manifest["files"]?.array,
            let entries = manifest["tables"]?.array
        else { throw .failed("\(manifestPath): is no manifest of a dataset") }
        self.kind = kind
        self.request = request
        self.configuration = configuration
        seed = request["seed"]?.int ?? 0
        var totals = DatasetTotals()
        totals.sums = sums.compactMapValues(\.double)
        self.totals = totals
        let list = schema["tables"]?.array ?? []
        tables = list.compactMap { TableSchema($0) }
        guard tables.count == list.count, !tables.isEmpty else {
            throw .failed("\(folder)/\(DatasetFolder.schemaName): is no schema of a dataset")
        }
        var found: [Manifest.File] = []
        for file in files {
            guard let path = file["path"]?.string, let bytes = file["bytes"]?.int, let sum = file["sha256"]?.string,
                !path.hasPrefix("/"), !path.split(separator: "/").contains("..")
            else { throw .failed("\(manifestPath): has an entry that names no file of the folder") }
            found.append(Manifest.File(path: path, bytes: bytes, sha256: sum))
        }
        self.files = found
        data = try DatasetReader.data(entries, tables, manifestPath)
    }

    private static func data(
        _ entries: [JSON], _ tables: [TableSchema], _ path: String
    ) throws(DatasetFailure) -> [DataFile] {
        var data: [DataFile] = []
        for entry in entries {
            guard let name = entry["name"]?.string, let table = tables.first(where: { $0.name == name }),
                let rows = entry["rows"]?.int, let names = entry["files"]?.array
            else { throw .failed("\(path): names a table that the schema does not have") }
            for file in names.compactMap(\.string) {
                let ending = file.split(separator: ".").last.map(String.init) ?? ""
                guard let format = TableFormat(rawValue: ending), !file.contains("/") else {
                    throw .failed("\(path): has a data file of unknown format: \(Text.quoted(file))")
                }
                data.append(DataFile(name: file, table: table, format: format, rowCount: Int(clamping: rows)))
            }
        }
        return data
    }

    /// Calls `body` with a table's rows, in their order, a bounded number at a time. Only the named columns are read,
    /// and `batch.columns` has them in the order of the names; category columns come as places in the schema's list.
    public func forEachBatch(
        of table: String, columns: [String], _ body: (TableBatch) throws(DatasetFailure) -> Void
    ) throws(DatasetFailure) {
        try forEachBatch(of: table, columns: columns, having: nil, body)
    }

    /// `having`: row groups that cannot have this text in the column may be left out.
    func forEachBatch(
        of table: String, columns: [String], having: (text: String, column: String)?,
        _ body: (TableBatch) throws(DatasetFailure) -> Void
    ) throws(DatasetFailure) {
        // Parquet is the fastest to read, and the first where there is a choice.
        guard let file = data.first(where: { $0.table.name == table }) else {
            throw .failed("\(folder): has no table \(Text.quoted(table))")
        }
        try forEachBatch(of: file, columns: columns, having: having, body)
    }

    func forEachBatch(
        of file: DataFile, columns: [String], having: (text: String, column: String)? = nil,
        _ body: (TableBatch) throws(DatasetFailure) -> Void
    ) throws(DatasetFailure) {
        var reader = try fromTables { () throws(TableFailure) in
            try TableReader("\(folder)/\(file.name)", file.format, schema: file.table, columns: columns)
        }
        if let having { reader.onlyGroups(with: having.text, in: having.column) }
        while true {
            let batch: TableBatch?
            do throws(TableFailure) { batch = try reader.nextBatch() } catch { throw .table(error) }
            guard let batch else { return }
            try body(batch)
        }
    }

    /// The content of a file of its own that a part has added.
    public func file(_ path: String, maxBytes: Int = 1 << 24) throws(DatasetFailure) -> [UInt8] {
        try fromFiles { () throws(FileFailure) in try Files.read("\(folder)/\(path)", maxBytes: maxBytes) }
    }

    /// The paths of all files of the manifest that begin so.
    public func filePaths(below prefix: String) -> [String] {
        files.map(\.path).filter { $0.hasPrefix(prefix) }
    }

    public func table(_ name: String) -> TableSchema? { tables.first { $0.name == name } }
}

extension ColumnValues {
    /// Row by row as numbers: what is no number is NaN (texts), flags are 0 and 1, categories their places.
    public var asNumbers: [Double] {
        switch self {
        case .integers(let values), .timesMs(let values): values.map { Double($0) }
        case .numbers(let values): values
        case .numbers32(let values): values.map { Double($0) }
        case .flags(let values): values.map { $0 ? 1 : 0 }
        case .categories(let values): values.map { Double($0) }
        case .repeatedInteger(let value, let count): Array(repeating: Double(value), count: count)
        case .texts, .repeatedText: Array(repeating: .nan, count: count)
        }
    }

    /// Row by row as texts; empty for all that is neither text nor repeated text.
    public var asTexts: [String] {
        switch self {
        case .texts(let values): values
        case .repeatedText(let value, let count): Array(repeating: value, count: count)
        default: []
        }
    }
}

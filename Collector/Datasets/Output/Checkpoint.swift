import Runtime

/// How far an unfinished dataset is: all of it is on the disk, and what stands behind it is cut off by `--resume`.
struct Checkpoint: Equatable {
    /// How far one data file is.
    struct Mark: Equatable {
        let name: String
        let length: Int
        let rowCount: Int
        let groupCount: Int
        let entriesLength: Int
        /// Of the rows, those that are not in the file yet but in one of their own: too few for a row group.
        let waitingRows: Int
    }

    static let fileName = ".checkpoint.json"

    /// Where the entries of a Parquet file's future footer are kept.
    static func journal(of name: String, in folder: String) -> String { "\(folder)/.\(name).entries" }

    private static let waitingMark = ".waiting-"

    /// Where rows that wait for more are kept.
    static func waiting(of name: String, nextPart: Int, in folder: String) -> String {
        "\(folder)/.\(name)\(waitingMark)\(nextPart)"
    }

    /// Parts before this one are written.
    var nextPart = 0
    var totals = DatasetTotals()
    var marks: [Mark] = []
    /// The files of their own that parts have added.
    var fileCount = 0

    func write(in folder: String) throws(FileFailure) {
        var json = JSONWriter()
        json.object { json in
            json.field("next_part", nextPart)
            json.field("files", fileCount)
            json.field(
                "totals",
                object: { json in
                    for (name, sum) in totals.sums.sorted(by: { $0.key < $1.key }) { json.field(name, sum) }
                })
            json.field(
                "data",
                array: { json in
                    for mark in marks {
                        json.object { json in
                            json.field("name", mark.name)
                            json.field("length", mark.length)
                            json.field("rows", mark.rowCount)
                            json.field("groups", mark.groupCount)
                            json.field("entries", mark.entriesLength)
                            json.field("waiting", mark.waitingRows)
                        }
                    }
                })
        }
        try Files.writeAtomically(json.bytes, to: "\(folder)/\(Checkpoint.fileName)")
        // Those of the checkpoint before.
        for name in try Files.entries(of: folder)
        where name.contains(Checkpoint.waitingMark) && !name.hasSuffix("\(Checkpoint.waitingMark)\(nextPart)") {
            try Files.removeTree("\(folder)/\(name)")
        }
    }

    /// The last checkpoint of a folder; nil when none was reached.
    static func read(in folder: String) throws(DatasetFailure) -> Checkpoint? {
        let path = "\(folder)/\(Checkpoint.fileName)"
        guard Files.exists(path) else { return nil }
        let json = try DatasetFolder.json(path)
        var checkpoint = Checkpoint()
        guard let part = json["next_part"]?.int, let files = json["files"]?.int, let sums = json["totals"]?.object,
            let data = json["data"]?.array
        else { throw .failed("\(path): is damaged; start again with --force") }
        checkpoint.nextPart = Int(clamping: part)
        checkpoint.fileCount = Int(clamping: files)
        checkpoint.totals.sums = sums.compactMapValues(\.double)
        for entry in data {
            guard let name = entry["name"]?.string, let length = entry["length"]?.int, let rows = entry["rows"]?.int,
                let groups = entry["groups"]?.int, let entries = entry["entries"]?.int,
                let waiting = entry["waiting"]?.int
            else { throw .failed("\(path): is damaged; start again with --force") }
            checkpoint.marks.append(
                Mark(
                    name: name, length: Int(clamping: length), rowCount: Int(clamping: rows),
                    groupCount: Int(clamping: groups), entriesLength: Int(clamping: entries),
                    waitingRows: Int(clamping: waiting)))
        }
        return checkpoint
    }
}

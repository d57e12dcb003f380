import Runtime
import Tables

/// Holds a dataset against its manifest, its schema and its kind's rules.
enum Validation {
    struct Finding: Sendable {
        let what: String
        let isGood: Bool
        let words: String
    }

    static func findings(_ dataset: DatasetReader, _ kinds: [any DatasetKind.Type]) -> [Finding] {
        var findings = [sums(dataset), strangers(dataset)]
        for file in dataset.data { findings.append(schema(dataset, file)) }
        findings += rules(dataset, kinds)
        return findings
    }

    private static func sums(_ dataset: DatasetReader) -> Finding {
        var wrong: [String] = []
        for file in dataset.files {
            do throws(FileFailure) {
                if try SHA256.ofFile("\(dataset.folder)/\(file.path)") != file.sha256 {
                    wrong.append("\(file.path) has another sum")
                }
            } catch {
                wrong.append("\(file.path) \(error.problem)")
            }
        }
        return Finding(
            what: "files", isGood: wrong.isEmpty,
            words: wrong.isEmpty ? "\(dataset.files.count) have the manifest's SHA-256" : few(wrong))
    }

    /// Files that the manifest does not know.
    private static func strangers(_ dataset: DatasetReader) -> Finding {
        let known = Set(dataset.files.map(\.path) + [DatasetFolder.manifestName])
        var strange: [String] = []
        func look(below: String) {
            for name in (try? Files.entries(of: "\(dataset.folder)/\(below)")) ?? [] {
                let path = below + name
                if Files.isFolder("\(dataset.folder)/\(path)") {
                    look(below: path + "/")
                } else if !known.contains(path) {
                    strange.append(path)
                }
            }
        }
        look(below: "")
        return Finding(
            what: "manifest", isGood: strange.isEmpty,
            words: strange.isEmpty ? "names every file" : "does not know \(few(strange))")
    }

    private static func schema(_ dataset: DatasetReader, _ file: DatasetReader.DataFile) -> Finding {
        var check = RangeCheck(file.table)
        do throws(DatasetFailure) {
            try dataset.forEachBatch(of: file, columns: file.table.columns.map(\.name)) {
                (batch) throws(DatasetFailure) in check.look(at: batch)
            }
        } catch {
            return Finding(what: file.name, isGood: false, words: "\(error)")
        }
        if check.rowCount != file.rowCount {
            check.problems.append("it has \(check.rowCount) rows, the manifest says \(file.rowCount)")
        }
        return Finding(
            what: file.name, isGood: check.problems.isEmpty,
            words: check.problems.isEmpty
                ? "\(check.rowCount) rows of \(file.table.columns.count) columns fit the schema and its ranges"
                : few(check.problems))
    }

    private static func rules(_ dataset: DatasetReader, _ kinds: [any DatasetKind.Type]) -> [Finding] {
        guard let kind = kinds.first(where: { $0.name == dataset.kind }) else {
            return [Finding(what: "rules", isGood: false, words: "kind \(Text.quoted(dataset.kind)) is not known here")]
        }
        do throws(DatasetFailure) {
            return try kind.check(dataset).map { check in
                Finding(
                    what: check.rule, isGood: check.isKept,
                    words: "\(check.agreed) of \(check.looked) agree"
                        + (check.isKept || check.example.isEmpty ? "" : "; first: \(check.example)"))
            }
        } catch {
            return [Finding(what: "rules", isGood: false, words: "\(error)")]
        }
    }

    private static func few(_ words: [String]) -> String {
        words.prefix(5).joined(separator: "; ") + (words.count > 5 ? "; and \(words.count - 5) more" : "")
    }
}

/// Looks for values outside of a schema's ranges, and for what is no number where there must be one.
struct RangeCheck {
    private let schema: TableSchema
    private(set) var rowCount = 0
    var problems: [String] = []
    private var hasProblem: Set<String> = []

    init(_ schema: TableSchema) { self.schema = schema }

    mutating func look(at batch: TableBatch) {
        for (place, column) in schema.columns.enumerated() {
            guard column.form == .number || column.form == .number32 || column.form == .integer else { continue }
            let valid = batch.valid[place]
            for (row, value) in batch.columns[place].asNumbers.enumerated() where valid?[row] ?? true {
                if let words = RangeCheck.problem(value, column), hasProblem.insert(column.name).inserted {
                    problems.append("row \(rowCount + row), \(column.name) is \(words)")
                }
            }
        }
        rowCount += batch.rowCount
    }

    @inline(__always)
    private static func problem(_ value: Double, _ column: Column) -> String? {
        guard value.isFinite else { return value.isNaN && column.isNullable ? nil : "\(value)" }
        guard let range = column.range, !range.contains(value) else { return nil }
        return "\(value), not within \(range.lowerBound) to \(range.upperBound)"
    }
}

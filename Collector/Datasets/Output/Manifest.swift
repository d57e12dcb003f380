import Model
import Runtime
import Tables

/// What stands in a dataset's folder beside its data: `schema.json`, `manifest.json` and the data card.
struct Manifest {
    let kind: any DatasetKind
    let request: DatasetRequest
    let tables: [TableSchema]

    private var name: String { type(of: kind).name }

    /// What is made, as a JSON object: the same request gives the same dataset, byte for byte.
    func requestJSON() -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("kind", name)
            json.field("version", Version.text)
            json.field("seed", request.seed)
            for parameter in type(of: kind).parameters { json.field(parameter.name.rawValue, request[parameter.name]) }
            json.field("formats", array: { json in for format in request.formats { json.string(format.rawValue) } })
            json.field("configuration", object: { json in kind.writeConfiguration(&json) })
        }
        return json.bytes
    }

    /// Also in the metadata of Parquet files.
    var metadata: [String: String] {
        [
            "bellwether.kind": name, "bellwether.seed": String(request.seed), "bellwether.version": Version.text,
        ]
    }

    func schemaJSON() -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("kind", name)
            json.field("tables", array: { json in for table in tables { table.write(&json) } })
        }
        return json.bytes + [0x0A]
    }

    /// One of the dataset's files.
    struct File: Sendable {
        let path: String
        let bytes: Int64
        let sha256: String
    }

    func json(files: [File], data: [DataFile], totals: DatasetTotals) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("format", "bellwether-dataset/1")
            json.key("request")
            json.raw(requestJSON())
            json.field(
                "totals",
                object: { json in
                    for (name, sum) in totals.sums.sorted(by: { $0.key < $1.key }) { json.field(name, sum) }
                })
            json.field(
                "tables",
                array: { json in
                    for (place, table) in tables.enumerated() {
                        let own = data.filter { $0.table == place }
                        json.object { json in
                            json.field("name", table.name)
                            json.field("rows", own.first?.rowCount ?? 0)
                            json.field("files", array: { json in for file in own { json.string(file.name) } })
                        }
                    }
                })
            json.field(
                "files",
                array: { json in
                    for file in files {
                        json.object { json in
                            json.field("path", file.path)
                            json.field("bytes", file.bytes)
                            json.field("sha256", file.sha256)
                        }
                    }
                })
        }
        return json.bytes + [0x0A]
    }

    // MARK: - Data card

    func card(data: [DataFile], totals: DatasetTotals) -> String {
        let card = kind.card(totals)
        var text = "# \(card.title)\n\n\(card.summary)\n\n"
        text += "Synthetic data of bellwether-dataset \(Version.text), kind `\(name)`, seed \(request.seed). "
        text += "The same command gives the same files, byte for byte:\n\n```\n\(command)\n```\n\n"
        text += "## Files\n\n| file | rows | what |\n|---|---|---|\n"
        for file in data {
            text += "| `\(file.name)` | \(file.rowCount) | \(Manifest.cell(tables[file.table].description)) |\n"
        }
        text += "| `\(DatasetFolder.schemaName)` | | every column: form, unit, description, range, words |\n"
        text += "| `\(DatasetFolder.manifestName)` | | SHA-256 of every file, seed, version, configuration, totals |\n"
        for section in card.sections { text += "\n## \(section.title)\n\n\(section.text)\n" }
        for table in tables {
            text += "\n## Columns of \(table.name)\n\n| column | form | unit | what |\n|---|---|---|---|\n"
            for column in table.columns {
                let form = column.form.word + (column.isNullable ? ", may be missing" : "")
                text += "| \(column.name) | \(form) | \(column.unit) | \(Manifest.cell(column.description)) |\n"
            }
        }
        text += "\n## Checking\n\n`bellwether-dataset validate DIR` compares the sums, the schema, the ranges and the "
        text += "rules; `bellwether-dataset report DIR` writes a quality report.\n"
        return text
    }

    private var command: String {
        var words = ["bellwether-dataset generate --kind \(name)"]
        for parameter in type(of: kind).parameters {
            words.append("--\(parameter.name.rawValue) \(request[parameter.name])")
        }
        words.append("--seed \(request.seed) --format \(request.formats.map(\.rawValue).joined(separator: ","))")
        if request.configPath != nil { words.append("--config FILE") }
        words.append("--out DIR")
        return words.joined(separator: " ")
    }

    private static func cell(_ text: String) -> String {
        String(text.map { $0 == "|" ? "/" : $0 == "\n" ? " " : $0 })
    }
}

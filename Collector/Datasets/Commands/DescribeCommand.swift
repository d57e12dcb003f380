import Runtime
import Tables

/// `bellwether-dataset describe` and `config`
enum DescribeCommand {
    static func run(_ arguments: Arguments, _ kinds: [any DatasetKind.Type]) throws(UsageFailure) -> ExitCode {
        let type = try arguments.kind(kinds)
        let request = try arguments.request(type)
        do throws(DatasetFailure) {
            let kind = try type.init(request)
            let manifest = Manifest(kind: kind, request: request, tables: kind.tables)
            if arguments.has("json") {
                return StandardOutput.finish(String(decoding: manifest.schemaJSON(), as: UTF8.self))
            }
            return StandardOutput.finish(text(type, kind.tables))
        } catch {
            return failed("describe", error)
        }
    }

    static func config(_ arguments: Arguments, _ kinds: [any DatasetKind.Type]) throws(UsageFailure) -> ExitCode {
        let type = try arguments.kind(kinds)
        guard let sample = type.sampleConfig else {
            throw UsageFailure("kind \(type.name) takes no configuration file: its options are all there is")
        }
        return StandardOutput.finish(sample)
    }

    private static func text(_ kind: any DatasetKind.Type, _ tables: [TableSchema]) -> String {
        var text = "\(kind.name): \(kind.summary)\n\nOptions:\n"
        for parameter in kind.parameters {
            text += "  --\(parameter.name.rawValue)  \(parameter.what), \(parameter.range.lowerBound) to "
            text += "\(parameter.range.upperBound). Default: \(parameter.standard).\n"
        }
        if kind.sampleConfig != nil { text += "  --config FILE  see: bellwether-dataset config --kind \(kind.name)\n" }
        for table in tables {
            text += "\nTable \(table.name): \(table.description)\n"
            let width = table.columns.map(\.name.count).max() ?? 0
            for column in table.columns {
                var words = [column.form.word]
                if !column.unit.isEmpty { words.append(column.unit) }
                if let range = column.range { words.append("\(range.lowerBound) to \(range.upperBound)") }
                if column.isNullable { words.append("may be missing") }
                if case .category(let labels) = column.form {
                    words.append(labels.prefix(12).joined(separator: " | ") + (labels.count > 12 ? " | …" : ""))
                }
                let padding = String(repeating: " ", count: width - column.name.count)
                text += "  \(column.name)\(padding)  \(column.description) (\(words.joined(separator: ", ")))\n"
            }
        }
        return text
    }
}

public import Runtime

/// A schema as JSON: in a Parquet file's metadata, and in a dataset's `schema.json`.
extension TableSchema {
    var json: String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Writes the schema as a JSON object.
    public func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("name", name)
            json.field("description", description)
            json.key("columns")
            json.array { json in
                for column in columns { column.write(&json) }
            }
        }
    }

    /// Reads what `write` writes; nil when it is something else.
    public init?(_ json: JSON) {
        guard let name = json["name"]?.string, let description = json["description"]?.string,
            let list = json["columns"]?.array
        else { return nil }
        let columns = list.compactMap { Column($0) }
        guard columns.count == list.count else { return nil }
        self.init(name, description, columns)
    }
}

extension Column.Form {
    /// The word for it in schemas.
    public var word: String {
        switch self {
        case .integer: "integer"
        case .number: "number"
        case .number32: "number32"
        case .text: "text"
        case .flag: "flag"
        case .timeMs: "time"
        case .category: "category"
        }
    }
}

extension Column {
    fileprivate func write(_ json: inout JSONWriter) {
        json.object { json in
            json.field("name", name)
            json.field("form", form.word)
            json.field("unit", unit)
            json.field("description", description)
            json.field("nullable", isNullable)
            if let range {
                json.key("range")
                json.array { json in
                    json.double(range.lowerBound)
                    json.double(range.upperBound)
                }
            }
            if case .category(let labels) = form {
                json.key("categories")
                json.array { json in
                    for label in labels { json.string(label) }
                }
            }
        }
    }

    fileprivate init?(_ json: JSON) {
        guard let name = json["name"]?.string, let word = json["form"]?.string, let unit = json["unit"]?.string,
            let description = json["description"]?.string, let isNullable = json["nullable"]?.bool
        else { return nil }
        let form: Form
        switch word {
        case "integer": form = .integer
        case "number": form = .number
        case "number32": form = .number32
        case "text": form = .text
        case "flag": form = .flag
        case "time": form = .timeMs
        case "category":
            guard let list = json["categories"]?.array else { return nil }
            let labels = list.compactMap(\.string)
            guard labels.count == list.count else { return nil }
            form = .category(labels)
        default: return nil
        }
        var range: ClosedRange<Double>?
        if let limits = json["range"]?.array {
            guard limits.count == 2, let low = limits[0].double, let high = limits[1].double, low <= high else {
                return nil
            }
            range = low...high
        }
        self.init(name, form, unit: unit, description, isNullable: isNullable, range: range)
    }
}

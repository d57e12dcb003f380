import Sparkplug

/// Writes payloads in protocol buffers' text format, by field names: the other description of the same message.
struct PayloadText {
    private(set) var text = ""

    static func payload(_ payload: Payload) -> String {
        var writer = PayloadText()
        writer.payload(payload)
        return writer.text
    }

    static func batch(_ payloads: [Payload]) -> String {
        var writer = PayloadText()
        for payload in payloads { writer.nested("payloads") { $0.payload(payload) } }
        return writer.text
    }

    mutating func payload(_ payload: Payload) {
        field("timestamp", payload.timestampMs)
        for metric in payload.metrics { nested("metrics") { $0.metric(metric) } }
        field("seq", payload.seq)
        field("uuid", payload.uuid)
        if let body = payload.body { quoted("body", body) }
    }

    mutating func metric(_ metric: Metric) {
        field("name", metric.name)
        field("alias", metric.alias)
        field("timestamp", metric.timestampMs)
        field("datatype", metric.datatype?.rawValue)
        field("is_historical", metric.isHistorical)
        field("is_transient", metric.isTransient)
        field("is_null", metric.isNull)
        if let metadata = metric.metadata { nested("metadata") { $0.metadata(metadata) } }
        if let properties = metric.properties { nested("properties") { $0.propertySet(properties) } }
        switch metric.value {
        case .scalar(let scalar): self.scalar(scalar)
        case .bytes(let bytes): quoted("bytes_value", bytes)
        case .dataSet(let set): nested("dataset_value") { $0.dataSet(set) }
        case .template(let template): nested("template_value") { $0.template(template) }
        case .extension: nested("extension_value") { _ in }
        case nil: break
        }
    }

    private mutating func metadata(_ metadata: MetaData) {
        field("is_multi_part", metadata.isMultiPart)
        field("content_type", metadata.contentType)
        field("size", metadata.sizeBytes)
        field("seq", metadata.seq)
        field("file_name", metadata.fileName)
        field("file_type", metadata.fileType)
        field("md5", metadata.md5)
        field("description", metadata.description)
    }

    private mutating func propertySet(_ set: PropertySet) {
        for key in set.keys { field("keys", key) }
        for value in set.values {
            nested("values") { inner in
                inner.field("type", value.type?.rawValue)
                inner.field("is_null", value.isNull)
                switch value.content {
                case .scalar(let scalar): inner.scalar(scalar)
                case .set(let set): inner.nested("propertyset_value") { $0.propertySet(set) }
                case .list(let list):
                    inner.nested("propertysets_value") { inner in
                        for set in list { inner.nested("propertyset") { $0.propertySet(set) } }
                    }
                case .extension: inner.nested("extension_value") { _ in }
                case nil: break
                }
            }
        }
    }

    private mutating func dataSet(_ set: DataSet) {
        field("num_of_columns", set.columnCount)
        for column in set.columns { field("columns", column) }
        for type in set.types { field("types", type.rawValue) }
        for row in set.rows {
            nested("rows") { inner in
                for cell in row.cells { inner.nested("elements") { $0.basic(cell) } }
            }
        }
    }

    private mutating func template(_ template: Template) {
        field("version", template.version)
        for metric in template.metrics { nested("metrics") { $0.metric(metric) } }
        for parameter in template.parameters {
            nested("parameters") { inner in
                inner.field("name", parameter.name)
                inner.field("type", parameter.type?.rawValue)
                inner.basic(parameter.value)
            }
        }
        field("template_ref", template.templateRef)
        field("is_definition", template.isDefinition)
    }

    private mutating func basic(_ value: BasicValue?) {
        switch value {
        case .scalar(let scalar): self.scalar(scalar)
        case .extension: nested("extension_value") { _ in }
        case nil: break
        }
    }

    private mutating func scalar(_ scalar: Scalar) {
        switch scalar {
        case .int(let value): field("int_value", value)
        case .long(let value): field("long_value", value)
        case .float(let value): text += "float_value: \(number(Double(value)))\n"
        case .double(let value): text += "double_value: \(number(value))\n"
        case .boolean(let value): field("boolean_value", value)
        case .string(let value): field("string_value", value)
        }
    }

    private func number(_ value: Double) -> String {
        value.isNaN ? "nan" : value.isInfinite ? (value < 0 ? "-inf" : "inf") : value.description
    }

    private mutating func nested(_ name: String, _ body: (inout PayloadText) -> Void) {
        text += "\(name) {\n"
        body(&self)
        text += "}\n"
    }

    private mutating func field(_ name: String, _ value: (some FixedWidthInteger)?) {
        if let value { text += "\(name): \(value)\n" }
    }

    private mutating func field(_ name: String, _ value: Bool?) {
        if let value { text += "\(name): \(value)\n" }
    }

    private mutating func field(_ name: String, _ value: String?) {
        if let value { quoted(name, Array(value.utf8)) }
    }

    private mutating func quoted(_ name: String, _ bytes: [UInt8]) {
        text += "\(name): \""
        for byte in bytes {
            let digits = String(byte, radix: 8)
            text += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
        }
        text += "\"\n"
    }
}

/// A structured value: the definition of one, or an instance.
public struct Template: Sendable, Equatable {
    public struct Parameter: Sendable, Equatable {
        public var name: String?
        public var type: DataType?
        public var value: BasicValue?

        public init(name: String? = nil, type: DataType? = nil, value: BasicValue? = nil) {
            self.name = name
            self.type = type
            self.value = value
        }
    }

    public var version: String?
    public var metrics: [Metric]
    public var parameters: [Parameter]
    /// Name of the metric that defines an instance.
    public var templateRef: String?
    public var isDefinition: Bool?

    public init(
        version: String? = nil, metrics: [Metric] = [], parameters: [Parameter] = [], templateRef: String? = nil,
        isDefinition: Bool? = nil
    ) {
        self.version = version
        self.metrics = metrics
        self.parameters = parameters
        self.templateRef = templateRef
        self.isDefinition = isDefinition
    }
}

extension Template {
    static func read(_ field: WireReader.Field, _ reader: inout WireReader) throws(PayloadError) -> Template {
        let outer = try reader.enter(field)
        var template = Template()
        while let field = try reader.field() {
            switch field.number {
            case 1: template.version = try reader.string(field)
            case 2: template.metrics.append(try Metric.read(field, &reader))
            case 3: template.parameters.append(try Parameter.read(field, &reader))
            case 4: template.templateRef = try reader.string(field)
            case 5: template.isDefinition = try reader.bool(field)
            default: try reader.skip(field)
            }
        }
        reader.leave(outer)
        return template
    }

    func write(_ writer: inout WireWriter) {
        writer.write(1, version)
        for metric in metrics { writer.write(2) { metric.write(&$0) } }
        for parameter in parameters { writer.write(3) { parameter.write(&$0) } }
        writer.write(4, templateRef)
        writer.write(5, isDefinition)
    }
}

extension Template.Parameter {
    static func read(
        _ field: WireReader.Field, _ reader: inout WireReader
    ) throws(PayloadError) -> Template.Parameter {
        try reader.countElement()
        let outer = try reader.enter(field)
        var parameter = Template.Parameter()
        while let field = try reader.field() {
            switch field.number {
            case 1: parameter.name = try reader.string(field)
            case 2: parameter.type = DataType(rawValue: try reader.uint32(field))
            case 9:
                _ = try reader.buffer(field)
                parameter.value = .extension
            default:
                if let scalar = try Scalar.read(field, first: 3, &reader) {
                    parameter.value = .scalar(scalar)
                } else {
                    try reader.skip(field)
                }
            }
        }
        reader.leave(outer)
        return parameter
    }

    func write(_ writer: inout WireWriter) {
        writer.write(1, name)
        writer.write(2, type?.rawValue)
        switch value {
        case .scalar(let scalar): scalar.write(first: 3, &writer)
        case .extension: writer.write(9) { _ in }
        case nil: break
        }
    }
}

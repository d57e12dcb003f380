import Runtime

/// The shape of a JSON value, as the API's own description tells it (JSON Schema as in OpenAPI 3.1).
indirect enum Schema: Sendable {
    case string, time, integer, number, boolean
    /// A reading: number, flag, label or text, or null for none.
    case reading
    case oneOf([String])
    case array(Schema)
    case nullable(Schema)
    /// Members in order; all are always there but those that are `optional`.
    case object([(name: String, schema: Schema, meaning: String)])
    /// A member that may be absent.
    case optional(Schema)
    case anyOf([Schema])
    /// Any names, all of one shape.
    case map(Schema)
    /// A shape described once, under `components/schemas`.
    case named(String)
    case any

    func write(_ json: inout JSONWriter) {
        json.object { json in writeMembers(&json, isNullable: false) }
    }

    private var isOptional: Bool {
        if case .optional = self { true } else { false }
    }

    private func writeMembers(_ json: inout JSONWriter, isNullable: Bool) {
        func type(_ name: String) {
            guard isNullable else {
                json.field("type", name)
                return
            }
            json.list("type") { json in
                json.string(name)
                json.string("null")
            }
        }
        switch self {
        case .string: type("string")
        case .time:
            type("string")
            json.field("format", "date-time")
        case .integer:
            type("integer")
            json.field("format", "int64")
        case .number: type("number")
        case .boolean: type("boolean")
        case .reading:
            json.list("type") { json in for name in ["number", "boolean", "string", "null"] { json.string(name) } }
        case .oneOf(let words):
            type("string")
            json.list("enum") { json in for word in words { json.string(word) } }
        case .array(let element):
            type("array")
            json.key("items")
            element.write(&json)
        case .nullable(let schema): schema.writeMembers(&json, isNullable: true)
        case .object(let members):
            type("object")
            json.list("required") { json in
                for member in members where !member.schema.isOptional { json.string(member.name) }
            }
            json.field(
                "properties",
                object: { json in
                    for member in members {
                        json.key(member.name)
                        json.object { json in
                            member.schema.writeMembers(&json, isNullable: false)
                            if !member.meaning.isEmpty { json.field("description", member.meaning) }
                        }
                    }
                })
        case .optional(let schema): schema.writeMembers(&json, isNullable: isNullable)
        case .anyOf(let schemas): json.list("anyOf") { json in for schema in schemas { schema.write(&json) } }
        case .map(let element):
            type("object")
            json.key("additionalProperties")
            element.write(&json)
        case .named(let name): json.field("$ref", "#/components/schemas/\(name)")
        case .any: break
        }
    }
}

extension JSONWriter {
    /// A member that is an array.
    mutating func list(_ name: String, _ elements: (inout JSONWriter) -> Void) {
        field(name, array: elements)
    }
}

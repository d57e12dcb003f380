import Runtime

/// Checks JSON values against the schemas of an OpenAPI 3.1 document: the part of JSON Schema that ours uses, and
/// stricter in one point: an object may only have the members that its schema names.
struct SchemaCheck {
    let document: JSON

    /// What is wrong with `value`, with the place of it; empty if nothing.
    func problems(_ value: JSON, _ schema: JSON, at place: String = "$") -> [String] {
        guard let members = schema.object else { return ["\(place): the schema is no object"] }
        var problems: [String] = []
        for (name, rule) in members {
            switch name {
            case "$ref": problems += self.problems(value, target(of: rule), at: place)
            case "type":
                let types = rule.array?.compactMap(\.string) ?? [rule.string ?? ""]
                if !types.contains(where: { value.is($0) }) { problems.append("\(place): is no \(types): \(value)") }
            case "enum":
                if !value.isNull, rule.array?.contains(value) != true {
                    problems.append("\(place): \(value) is none of \(rule)")
                }
            case "format": if let problem = formatProblem(value, rule) { problems.append("\(place): \(problem)") }
            case "items":
                for (index, element) in (value.array ?? []).enumerated() {
                    problems += self.problems(element, rule, at: "\(place)[\(index)]")
                }
            case "required":
                guard let object = value.object else { continue }
                for case .string(let wanted) in rule.array ?? [] where object[wanted] == nil {
                    problems.append("\(place): lacks \(wanted)")
                }
            case "properties":
                for (member, element) in value.object ?? [:] {
                    guard let expected = rule[member] else {
                        problems.append("\(place): \(member) is not in the schema")
                        continue
                    }
                    problems += self.problems(element, expected, at: "\(place).\(member)")
                }
            case "additionalProperties":
                for (member, element) in value.object ?? [:] {
                    problems += self.problems(element, rule, at: "\(place).\(member)")
                }
            case "anyOf":
                let tries = (rule.array ?? []).map { self.problems(value, $0, at: place) }
                if !tries.contains([]) { problems += tries.joined() }
            case "description", "default": break
            default: problems.append("\(place): the schema has \(name), which is not understood here")
            }
        }
        return problems
    }

    private func target(of reference: JSON) -> JSON {
        let path = (reference.string ?? "").split(separator: "/").dropFirst()
        return path.reduce(document) { $0[String($1)] ?? .null }
    }

    private func formatProblem(_ value: JSON, _ format: JSON) -> String? {
        switch (format.string, value) {
        case ("date-time", .string(let text)):
            RFC3339.parse(text).map(RFC3339.format) == text ? nil : "\(text) is no time in our form"
        case ("date-time", _), ("int64", _): nil
        default: "the format \(format) is not understood here"
        }
    }
}

extension JSON {
    fileprivate func `is`(_ type: String) -> Bool {
        switch (type, self) {
        case ("string", .string), ("boolean", .bool), ("integer", .int), ("number", .int), ("number", .double),
            ("array", .array), ("object", .object), ("null", .null):
            true
        default: false
        }
    }
}

import Model
import Runtime
import Web

/// The description of the API, made from the endpoints themselves.
enum OpenAPI {
    /// The description's own endpoint.
    static func endpoint(_ document: [UInt8]) -> Endpoint {
        let tag = "\(String(CRC32C.of(document), radix: 16))-\(document.count)"
        return Endpoint(
            .get, "/api/v1/openapi.json", id: "getDescription", "This description.", answer: .map(.any),
            unavailable: nil
        ) { _, _ in .json(document, etag: tag) }
    }

    static func document(_ endpoints: [Endpoint], components: [(name: String, schema: Schema)]) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("openapi", "3.1.0")
            json.field(
                "info",
                object: { json in
                    json.field("title", "Bellwether")
                    json.field("version", Version.text)
                    json.field(
                        "description",
                        "Readings, health and delivery of industrial assets. Times are RFC 3339 in UTC, names are snake_case, "
                            + "every error is application/problem+json (RFC 9457). Live data: the WebSockets /ws/telemetry "
                            + "and /ws/alerts, described in docs/websocket.md.")
                    json.field("license", object: { $0.field("name", "proprietary") })
                })
            json.list("servers") { json in json.object { $0.field("url", "/") } }
            json.field(
                "paths",
                object: { json in
                    for path in endpoints.map(\.path).reduce(
                        into: [String](), { if !$0.contains($1) { $0.append($1) } })
                    {
                        json.field(
                            path,
                            object: { json in
                                for endpoint in endpoints where endpoint.path == path { write(endpoint, &json) }
                            })
                    }
                })
            json.field(
                "components",
                object: { json in
                    json.field(
                        "schemas",
                        object: { json in
                            for component in components {
                                json.key(component.name)
                                component.schema.write(&json)
                            }
                        })
                    json.field(
                        "responses",
                        object: { json in
                            json.field(
                                "Problem",
                                object: { json in
                                    json.field("description", "What is wrong, and with which field.")
                                    json.field(
                                        "content",
                                        object: { json in
                                            json.field(
                                                "application/problem+json",
                                                object: { json in
                                                    json.field(
                                                        "schema",
                                                        object: { $0.field("$ref", "#/components/schemas/Problem") })
                                                })
                                        })
                                })
                        })
                })
        }
        return json.bytes
    }

    private static func write(_ endpoint: Endpoint, _ json: inout JSONWriter) {
        json.field(
            endpoint.method.rawValue.lowercased(),
            object: { json in
                json.field("operationId", endpoint.id)
                json.field("summary", endpoint.summary)
                let names = endpoint.pathParameters
                if !names.isEmpty || !endpoint.parameters.isEmpty || !endpoint.headers.isEmpty {
                    json.list("parameters") { json in
                        for name in names { writePathParameter(name, &json) }
                        for header in endpoint.headers { write(header, &json) }
                        for parameter in endpoint.parameters { parameter.describe(&json) }
                    }
                }
                if let body = endpoint.body {
                    json.field(
                        "requestBody",
                        object: { json in
                            json.field("required", !endpoint.isBodyOptional)
                            writeContent("application/json", body, &json)
                        })
                }
                json.field(
                    "responses",
                    object: { json in
                        json.field(
                            String(endpoint.status),
                            object: { json in
                                json.field("description", endpoint.summary)
                                writeContent(endpoint.contentType, endpoint.answer, &json)
                            })
                        for status in endpoint.problems {
                            json.field(String(status), object: { $0.field("$ref", "#/components/responses/Problem") })
                        }
                        if let unavailable = endpoint.unavailable {
                            json.field(
                                "503",
                                object: { json in
                                    json.field("description", "Not now; try again later.")
                                    writeContent("application/problem+json", unavailable, &json)
                                })
                        }
                    })
            })
    }

    private static func write(_ header: Endpoint.Header, _ json: inout JSONWriter) {
        json.object { json in
            json.field("name", header.name)
            json.field("in", "header")
            json.field("required", true)
            json.field("description", header.meaning)
            json.field("schema", object: { $0.field("type", "string") })
        }
    }

    private static func writePathParameter(_ name: String, _ json: inout JSONWriter) {
        json.object { json in
            json.field("name", name)
            json.field("in", "path")
            json.field("required", true)
            json.field(
                "schema",
                object: { json in
                    json.field("type", "string")
                    json.field("minLength", 1)
                })
        }
    }

    private static func writeContent(_ type: String, _ schema: Schema, _ json: inout JSONWriter) {
        json.field(
            "content",
            object: { json in
                json.field(
                    type,
                    object: { json in
                        json.key("schema")
                        schema.write(&json)
                    })
            })
    }
}

/// The OpenAPI 3.1 document of the REST API, written out of the table that also routes.
enum OpenAPIDocument {
    /// JSON, made once.
    static let bytes: [UInt8] = {
        var writer = JSONWriter(capacity: 1 << 17)
        writer.object { writer in
            writer.key("openapi")
            writer.word("3.1.0")
            writer.key("info")
            writer.object(writeInfo)
            writer.key("servers")
            writer.array { $0.object { $0.member("url", "/") } }
            writer.key("paths")
            writer.object(writePaths)
            writer.key("components")
            writer.object(writeComponents)
        }
        return writer.bytes
    }()

    private static func writeInfo(to writer: inout JSONWriter) {
        writer.member("title", "Castle")
        writer.member("version", "3")
        writer.member(
            "description",
            "Spot trading, compatible with the Binance Spot REST API. Decimals are text. Parameters"
                + " come in the query or in a form body; the query wins. Signed requests carry"
                + " X-MBX-APIKEY and a signature over the query and the body as sent. Paths under"
                + " /api/v1 lead to the same endpoints as those under /api/v3."
        )
    }

    private static func writePaths(to writer: inout JSONWriter) {
        var paths: [String] = []
        for row in EndpointTable.rows where !paths.contains(row.path) { paths.append(row.path) }
        for path in paths {
            writer.key(text: path)
            writer.object { writer in
                for row in EndpointTable.rows where row.path == path {
                    writer.key(row.method.key)
                    writer.object { write(row, to: &$0) }
                }
            }
        }
    }

    private static func write(_ row: EndpointRow, to writer: inout JSONWriter) {
        writer.member("operationId", "\(row.method.key) \(row.path)")
        writer.member("summary", "\(row.summary)")
        writer.member("x-weight", row.weight.text)
        if case .signed = row.endpoint {
            writer.key("security")
            writer.array {
                $0.object {
                    $0.key("key"); $0.array { _ in }
                }
            }
        }
        writer.key("parameters")
        writer.array { writer in
            for parameter in row.parameters { writer.object { write(parameter, to: &$0) } }
        }
        writer.key("responses")
        writer.object { writer in
            writer.key("200")
            writer.object {
                $0.member("description", "Done.")
                writeContent(row.answer, to: &$0)
            }
            writer.key("default")
            writer.object {
                let codes = row.allErrors.map { "\($0)" }.joined(separator: ", ")
                $0.member("description", "Refused, with one of the codes " + codes + ".")
                writeContent(.component("Error"), to: &$0)
            }
        }
        writer.key("x-error-codes")
        writer.array { writer in for code in row.allErrors { writer.value(Int64(code)) } }
    }

    private static func writeContent(_ schema: AnswerSchema, to writer: inout JSONWriter) {
        writer.key("content")
        writer.object {
            $0.key("application/json")
            $0.object {
                $0.key("schema")
                $0.object { schema.write(to: &$0) }
            }
        }
    }

    private static func write(_ parameter: ParameterSpec, to writer: inout JSONWriter) {
        writer.member("name", "\(parameter.name)")
        writer.member("in", "query")
        if parameter.note.utf8CodeUnitCount > 0 {
            writer.member("description", "\(parameter.note)")
        }
        writer.key("required")
        writer.value(parameter.isRequired)
        writer.key("schema")
        writer.object {
            parameter.kind.write(to: &$0)
            if let standard = parameter.standard {
                $0.key("default")
                parameter.kind.write(standard, to: &$0)
            }
        }
    }

    private static func writeComponents(to writer: inout JSONWriter) {
        writer.key("securitySchemes")
        writer.object {
            $0.key("key")
            $0.object {
                $0.member("type", "apiKey")
                $0.member("in", "header")
                $0.member("name", "X-MBX-APIKEY")
            }
        }
        writer.key("schemas")
        writer.object { writer in
            for component in AnswerComponent.all {
                writer.key(component.name)
                writer.object { component.write(to: &$0) }
            }
        }
    }
}

extension EndpointRow {
    /// Codes that any request may get: path, weight, parameters, overload.
    private static let common = [-1001, -1003, -1020, -1100, -1101, -1102, -1105, -1130]
    /// Codes of who asks and when.
    private static let ofSigned = [-1021, -1022, -1131, -2014, -2015]

    /// All codes of a refusal, the smallest number first.
    var allErrors: [Int] {
        var codes = Set(errors + Self.common)
        if case .signed = endpoint { codes.formUnion(Self.ofSigned) }
        return codes.sorted(by: >)
    }
}

extension ParameterSpec.Kind {
    /// Writes the members of its schema.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .text(let pattern):
            writer.member("type", "string")
            writer.member("pattern", pattern)
        case .integer(let range):
            writer.member("type", "integer")
            writer.key("minimum")
            writer.value(range.lowerBound)
            guard range.upperBound < .max else { return }
            writer.key("maximum")
            writer.value(range.upperBound)
        case .decimal:
            writer.member("type", "string")
            writer.member("format", "decimal")
        case .word(let words):
            writer.member("type", "string")
            writer.key("enum")
            writer.array { writer in for word in words { writer.word(word) } }
        case .flag: writer.member("type", "boolean")
        case .time:
            writer.member("type", "integer")
            writer.member("format", "int64")
        }
    }

    /// Writes what is taken where none was sent.
    func write(_ standard: String, to writer: inout JSONWriter) {
        switch self {
        case .integer, .flag, .time: writer.raw(Array(standard.utf8))
        case .text, .decimal, .word: writer.value(standard)
        }
    }
}

extension JSONWriter {
    /// Writes a member that is text.
    mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        value(text)
    }

    /// Writes the name of a member, escaped.
    mutating func key(text name: String) {
        value(name)
        colon()
    }
}

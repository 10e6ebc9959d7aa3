/// An object that answers are made of, by its name in the OpenAPI document.
struct AnswerComponent: Sendable {
    /// A member of it.
    struct Member: Sendable {
        let name: StaticString
        let schema: AnswerSchema
        /// Whether it is there in every answer.
        var isRequired = true
    }

    let name: StaticString
    let members: [Member]

    /// Every component.
    static let all: [AnswerComponent] = general + market + orders + account

    init(_ name: StaticString, _ members: [Member]) {
        self.name = name
        self.members = members
    }

    /// Writes its schema.
    func write(to writer: inout JSONWriter) {
        writer.member("type", "object")
        writer.key("properties")
        writer.object { writer in
            for member in members {
                writer.key(member.name)
                writer.object { member.schema.write(to: &$0) }
            }
        }
        let required = members.filter(\.isRequired)
        guard !required.isEmpty else { return }
        writer.key("required")
        writer.array { writer in for member in required { writer.word(member.name) } }
    }

    // MARK: Members

    static func decimals(_ names: StaticString..., isRequired: Bool = true) -> [Member] {
        names.map { Member(name: $0, schema: .decimal, isRequired: isRequired) }
    }

    static func integers(_ names: StaticString..., isRequired: Bool = true) -> [Member] {
        names.map { Member(name: $0, schema: .integer, isRequired: isRequired) }
    }

    static func texts(_ names: StaticString..., isRequired: Bool = true) -> [Member] {
        names.map { Member(name: $0, schema: .text, isRequired: isRequired) }
    }

    static func flags(_ names: StaticString...) -> [Member] {
        names.map { Member(name: $0, schema: .flag) }
    }

    static func list(_ name: StaticString, _ schema: AnswerSchema) -> [Member] {
        [Member(name: name, schema: .list(schema))]
    }

    static func member(
        _ name: StaticString,
        _ schema: AnswerSchema,
        isRequired: Bool = true
    ) -> [Member] {
        [Member(name: name, schema: schema, isRequired: isRequired)]
    }
}

extension AnswerSchema {
    /// Writes the members of the schema.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .decimal:
            writer.member("type", "string")
            writer.member("format", "decimal")
        case .integer:
            writer.member("type", "integer")
            writer.member("format", "int64")
        case .flag: writer.member("type", "boolean")
        case .text: writer.member("type", "string")
        case .null: writer.member("type", "null")
        case .component(let name): writer.member("$ref", "#/components/schemas/\(name)")
        case .list(let element):
            writer.member("type", "array")
            writer.key("items")
            writer.object { element.write(to: &$0) }
        case .tuple(let elements):
            writer.member("type", "array")
            writer.key("prefixItems")
            Self.write(elements, to: &writer)
        case .either(let choices):
            writer.key("oneOf")
            Self.write(choices, to: &writer)
        case .empty: writer.member("type", "object")
        }
    }

    private static func write(_ schemas: [AnswerSchema], to writer: inout JSONWriter) {
        writer.array { writer in
            for schema in schemas { writer.object { schema.write(to: &$0) } }
        }
    }
}

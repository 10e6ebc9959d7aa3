import FoundationEssentials

/// JSON files to and from Swift values, with errors that name the file and the field.
enum JSONFile {
    /// Reads a value.
    static func load<Value: Decodable>(
        _ type: Value.Type,
        from path: String
    ) throws(ConfigurationError) -> Value {
        try decode(type, from: FileStore.read(path), file: path)
    }

    /// Reads a value out of bytes; the file is named in errors only.
    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: [UInt8],
        file: String
    ) throws(ConfigurationError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw describe(error, file: file)
        } catch {
            throw .malformed(file: file, reason: "\(error)")
        }
    }

    /// Replaces a file with a value, members in order of their names.
    static func store(
        _ value: some Encodable,
        at path: String,
        mode: UInt32
    ) throws(ConfigurationError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var bytes: [UInt8]
        do {
            bytes = try Array(encoder.encode(value))
        } catch {
            throw .unwritable(file: path, reason: "\(error)")
        }
        bytes.append(UInt8(ascii: "\n"))
        try FileStore.replace(path, with: bytes, mode: mode)
    }

    private static func describe(_ error: DecodingError, file: String) -> ConfigurationError {
        switch error {
        case .keyNotFound(let key, let context):
            .invalid(file: file, field: field(context.codingPath + [key]), reason: "is missing")
        case .typeMismatch(let type, let context):
            .invalid(
                file: file,
                field: field(context.codingPath),
                reason: "must be \(name(of: type))"
            )
        case .valueNotFound(let type, let context):
            .invalid(
                file: file,
                field: field(context.codingPath),
                reason: "must be \(name(of: type)), not null"
            )
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            .malformed(file: file, reason: "is not valid JSON")
        case .dataCorrupted(let context):
            .invalid(
                file: file,
                field: field(context.codingPath),
                reason: context.debugDescription
            )
        @unknown default:
            .malformed(file: file, reason: "\(error)")
        }
    }

    /// The path as its author would write it: `shards[0].pairs`.
    private static func field(_ path: [any CodingKey]) -> String {
        var text = ""
        for key in path {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return text.isEmpty ? "the whole file" : text
    }

    private static func name(of type: Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is [String: Any].Type: "an object"
        case is [Any].Type: "a list"
        default: "of type \(type)"
        }
    }
}

/// The members of a control message.
///
/// The messages are one object of scalars and one flat list, so no nesting is ever followed.
struct ControlMessage {
    var method: String?
    var params: [JSONValue] = []
    var id: [UInt8]?

    init(_ text: [UInt8]) throws(StreamControlError) {
        do throws(JSONFault) {
            var reader = JSONReader(text)
            try reader.readObject { (reader, name) throws(JSONFault) in
                try readMember(name, from: &reader)
            }
            try reader.expectEnd()
        } catch { throw .invalidJSON(error) }
        guard id != [] else {
            throw .invalidRequest(
                "request ID must be an integer, a string up to 36 or null",
                id: nil
            )
        }
    }

    private mutating func readMember(
        _ name: String,
        from reader: inout JSONReader
    ) throws(JSONFault) {
        switch name {
        case "method": if case .string(let text) = try reader.readScalar() { method = text }
        case "params": try readParams(from: &reader)
        case "id": id = try readID(from: &reader)
        // A member we do not know does no harm as long as it is flat.
        default: _ = try reader.readScalar()
        }
    }

    private mutating func readParams(from reader: inout JSONReader) throws(JSONFault) {
        params = []
        guard reader.isNext(UInt8(ascii: "[")) else {
            // `null` is how some clients leave the list out.
            _ = try reader.readScalar()
            return
        }
        var values: [JSONValue] = []
        try reader.readArray { (reader) throws(JSONFault) in
            values.append(try reader.readScalar())
        }
        params = values
    }

    /// The bytes of the id; empty when it is none.
    private func readID(from reader: inout JSONReader) throws(JSONFault) -> [UInt8] {
        let (value, text) = try reader.readVerbatim()
        return value.isRequestID ? text : []
    }
}

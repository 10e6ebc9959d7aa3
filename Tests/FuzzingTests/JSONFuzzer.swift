import Trading

@testable import API

/// Any bytes to the reader of JSON: what is taken is read alike from its own compact text.
enum JSONFuzzer {
    static func run(_ bytes: [UInt8]) {
        var reader = JSONReader(bytes)
        // A refusal is right.
        guard let value = try? reader.readValue() else {
            invariant(reader.position <= bytes.count, "nothing is read past the end")
            return
        }
        invariant(reader.position <= bytes.count, "nothing is read past the end")
        invariant(value.text.count <= bytes.count, "no text grows by being read")
        switch value {
        case .nested(let compact):
            var again = JSONReader(compact)
            let other = try? again.readValue()
            invariant(other == value, "compact text is compact")
            invariant(again.position == compact.count, "compact text is one value")
        case .string(let content):
            var writer = JSONWriter()
            writer.value(content)
            var again = JSONReader(writer.bytes)
            let other = try? again.readValue()
            invariant(other == value, "a string is read as it is written")
        case .number(let digits):
            invariant(String(decoding: digits, as: UTF8.self).contains { $0.isNumber }, "digits")
        case .bool, .null: break
        }
    }
}

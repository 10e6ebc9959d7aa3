/// Header fields to send, gathered in one run of bytes that is used again and again.
struct HeaderBlock {
    private(set) var bytes: [UInt8] = []
    /// Sizes of name, value, name, value, and so on.
    private(set) var sizes: [Int] = []

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        sizes.removeAll(keepingCapacity: true)
    }

    mutating func append(_ name: String, _ value: String) {
        append(name)
        append(value)
    }

    mutating func append(_ fields: [(name: String, value: String)]) {
        for field in fields { append(field.name, field.value) }
    }

    private mutating func append(_ text: String) {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        sizes.append(bytes.count - start)
    }
}

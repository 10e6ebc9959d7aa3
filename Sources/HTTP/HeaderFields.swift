/// Header fields as received, in one run of bytes; strings are made when asked for.
///
/// Each field is: size of the name (2 bytes), size of the value (4 bytes), name, value.
struct HeaderFields {
    private var storage: [UInt8] = []

    init() {}

    init(_ fields: [(name: String, value: String)]) {
        for field in fields { append(name: field.name.lowercased(), value: field.value) }
    }

    mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        if storage.isEmpty { storage.reserveCapacity(256) }
        storage.append(UInt8(truncatingIfNeeded: name.count))
        storage.append(UInt8(truncatingIfNeeded: name.count >> 8))
        for shift in [0, 8, 16, 24] {
            storage.append(UInt8(truncatingIfNeeded: value.count >> shift))
        }
        storage.append(contentsOf: name)
        storage.append(contentsOf: value)
    }

    mutating func removeAll() {
        storage.removeAll(keepingCapacity: true)
    }

    /// Value of the first field of the name, which is in lower case.
    func value(of name: String) -> String? {
        var name = name
        return name.withUTF8 { wanted in
            forEach { name, value in
                guard name.count == wanted.count, name.elementsEqual(wanted) else { return nil }
                return String(decoding: value, as: UTF8.self)
            }
        }
    }

    /// All fields in the order of arrival.
    var all: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        let _: Bool? = forEach { name, value in
            fields.append(
                (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
            )
            return nil
        }
        return fields
    }

    private mutating func append(name: String, value: String) {
        var name = name
        var value = value
        name.withUTF8 { name in
            value.withUTF8 { value in
                append(name: UnsafeRawBufferPointer(name), value: UnsafeRawBufferPointer(value))
            }
        }
    }

    /// Visits the fields until the body returns a value.
    private func forEach<Found>(
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Found?
    ) -> Found? {
        storage.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let nameSize = Int(bytes[offset]) | Int(bytes[offset + 1]) << 8
                let low = Int(bytes[offset + 2]) | Int(bytes[offset + 3]) << 8
                let high = Int(bytes[offset + 4]) | Int(bytes[offset + 5]) << 8
                let name = offset + 6
                let value = name + nameSize
                let end = value + (low | high << 16)
                let found = body(
                    UnsafeRawBufferPointer(rebasing: bytes[name..<value]),
                    UnsafeRawBufferPointer(rebasing: bytes[value..<end])
                )
                if let found { return found }
                offset = end
            }
            return nil
        }
    }
}

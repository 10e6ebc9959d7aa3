/// One payload and everyone who gets it.
public struct StreamDelivery: Equatable, Sendable {
    /// Connections, each once.
    public var connections: [Int]
    /// The text of one WebSocket message.
    public var payload: [UInt8]
}

/// What the hub wants sent, in order; the owner sends it and empties it.
public struct StreamOutput: Sendable {
    /// In the order in which each connection must see them.
    public internal(set) var deliveries: [StreamDelivery] = []

    /// Starts empty.
    public init() {}

    /// Forgets everything but keeps the memory.
    public mutating func removeAll() { deliveries.removeAll(keepingCapacity: true) }
}

/// How one connection wants its events.
struct StreamForm: Hashable {
    var isWrapped: Bool
    var timeUnit: StreamTimeUnit

    static let count = 4

    var index: Int { (isWrapped ? 1 : 0) + (timeUnit == .microseconds ? 2 : 0) }
}

/// Everyone who gets a stream, by the form they want it in.
struct Subscribers {
    private var connections: [[Int]] = Array(repeating: [], count: StreamForm.count)

    var isEmpty: Bool { connections.allSatisfy(\.isEmpty) }

    mutating func add(_ connection: Int, _ form: StreamForm) {
        connections[form.index].append(connection)
    }

    mutating func remove(_ connection: Int, _ form: StreamForm) {
        guard let index = connections[form.index].firstIndex(of: connection) else { return }
        connections[form.index].swapAt(index, connections[form.index].count - 1)
        connections[form.index].removeLast()
    }

    private func get(isWrapped: Bool, _ unit: StreamTimeUnit) -> [Int] {
        connections[StreamForm(isWrapped: isWrapped, timeUnit: unit).index]
    }

    /// Makes each form of a payload at most once, and only if someone wants it.
    func deliver(
        _ name: StreamName,
        to output: inout StreamOutput,
        _ payload: (StreamTimeUnit) -> [UInt8]
    ) {
        for unit in StreamTimeUnit.allCases {
            deliver(name, in: unit, to: &output) { payload(unit) }
        }
    }

    /// The same for who wants times in one unit.
    func deliver(
        _ name: StreamName,
        in unit: StreamTimeUnit,
        to output: inout StreamOutput,
        _ payload: () -> [UInt8]
    ) {
        let raw = get(isWrapped: false, unit)
        let wrapped = get(isWrapped: true, unit)
        if raw.isEmpty, wrapped.isEmpty { return }
        let json = payload()
        if !raw.isEmpty {
            output.deliveries.append(StreamDelivery(connections: raw, payload: json))
        }
        guard !wrapped.isEmpty else { return }
        output.deliveries.append(
            StreamDelivery(connections: wrapped, payload: Self.wrap(json, name.text))
        )
    }

    static func wrap(_ json: [UInt8], _ name: String) -> [UInt8] {
        var writer = JSONWriter(capacity: json.count + name.utf8.count + 24)
        writer.object { writer in
            writer.key("stream")
            writer.value(name)
            writer.key("data")
            writer.raw(json)
        }
        return writer.bytes
    }
}

import Trading

/// A reply that is kept, but for its fills and for what is not flat.
struct KeptReply: BitwiseCopyable {
    var kind = CommandAnswer.Kind.done
    /// Whether all of it is kept as a value.
    var isValue = false
    /// The running number of its first fill, modulo 2³².
    var firstFill: UInt32 = 0
    var fillCount: UInt32 = 0
    var order = Order.blank
}

/// The latest replies of a session, in a ring that grows to its greatest need.
///
/// They are kept flat, as a command's answer is: to keep one is a copy of its order and its fills. A
/// place keeps what it held until it is written again: to forget a reply costs nothing.
struct ReplyRing: ~Copyable {
    /// A reply with more fills is kept as a value: growing must not move too many.
    private static let fillsMax = 16

    /// A power of two of places, or none yet.
    private var places = Pool<KeptReply>(capacity: 0)
    /// The fills of all kept replies, one after the other; a power of two of places, or none yet.
    private var fills = Pool<Fill>(capacity: 0)
    /// At the place of a reply that is not flat, its value; empty before there was any.
    private var values = Pool<Reply>(capacity: 0)
    /// Replies and fills ever written, modulo 2³².
    private var written: UInt32 = 0
    private var fillsWritten: UInt32 = 0
    private(set) var count: UInt32 = 0

    /// A reply by age; 0 is the newest.
    func reply(_ age: UInt32) -> Reply {
        let place = place(age)
        if places[place].isValue { return values[place] }
        switch places[place].kind {
        case .done: return .done
        case .rejected(let reason): return .rejected(reason)
        case .placed: return .placed(places[place].order, fills: fills(of: place))
        case .amended: return .amended(places[place].order, fills: fills(of: place))
        case .canceled: return .canceled([places[place].order])
        case .other: fatalError("invariant broken: what is not flat is kept as a value")
        }
    }

    /// What a reply says, and the order it tells of.
    func subject(_ age: UInt32) -> (kind: CommandAnswer.Kind, order: OrderID) {
        let place = place(age)
        return (places[place].kind, places[place].order.id)
    }

    @inline(__always)
    mutating func append(_ answer: borrowing CommandAnswer) {
        if count == places.count { grow() }
        let place = written & (places.count &- 1)
        written &+= 1
        count += 1
        places[place].kind = answer.kind
        places[place].firstFill = fillsWritten
        places[place].fillCount = 0
        places[place].isValue = false
        switch answer.kind {
        case .done, .rejected: break
        case .placed, .amended, .canceled:
            places[place].order = answer.order
            if answer.fills.count > 0 { keepFills(answer, at: place) }
        case .other: keepValue(answer.other, at: place)
        }
    }

    /// Forgets the oldest.
    mutating func drop(_ dropped: UInt32) { count -= dropped }

    /// The place of a reply.
    private func place(_ age: UInt32) -> UInt32 { (written &- 1 &- age) & (places.count &- 1) }

    private func fills(of place: UInt32) -> [Fill] {
        (0..<places[place].fillCount).map {
            fills[(places[place].firstFill &+ $0) & (fills.count &- 1)]
        }
    }

    private mutating func keepFills(_ answer: borrowing CommandAnswer, at place: UInt32) {
        guard answer.fills.count <= Self.fillsMax else {
            return keepValue(answer.reply, at: place)
        }
        let first = places[self.place(count - 1)].firstFill
        if fillsWritten &- first &+ answer.fills.count > fills.count { growFills(from: first) }
        for number in 0..<answer.fills.count {
            fills[fillsWritten & (fills.count &- 1)] = answer.fills[number]
            fillsWritten &+= 1
        }
        places[place].fillCount = answer.fills.count
    }

    private mutating func keepValue(_ reply: Reply, at place: UInt32) {
        while values.count < places.count { values.append(.done) }
        values[place] = reply
        places[place].isValue = true
    }

    private mutating func grow() {
        let size = max(8, Int(places.count) * 2)
        var larger = Pool<KeptReply>(repeating: KeptReply(), count: size)
        var largerValues = Pool<Reply>(capacity: values.count == 0 ? 0 : size)
        if values.count > 0 { for _ in 0..<size { largerValues.append(.done) } }
        for age in 0..<count {
            let (old, new) = (place(age), count - 1 - age)
            larger[new] = places[old]
            if values.count > 0 { largerValues[new] = values[old] }
        }
        places = larger
        values = largerValues
        written = count
    }

    /// Doubles the room for fills, moving those of all replies that are kept.
    private mutating func growFills(from first: UInt32) {
        let blank = Fill.blank
        var larger = Pool<Fill>(repeating: blank, count: max(32, Int(fills.count) * 2))
        for number in 0..<(fillsWritten &- first) {
            let position = first &+ number
            larger[position & (larger.count &- 1)] = fills[position & (fills.count &- 1)]
        }
        fills = larger
    }
}

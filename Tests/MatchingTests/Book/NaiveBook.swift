import Testing
import Trading

@testable import Matching

/// Seeds of the random tests; `CASTLE_SEED` reruns one.
enum BookSeeds {
    static let all: [UInt64] =
        DifferentialTests.environment("CASTLE_SEED").map { [UInt64($0)] } ?? [1, 2, 3, 4]
}

/// Expects two values to be equal; for what cannot be copied, which `#expect` cannot look into.
func expectEqual<Value: Equatable>(
    _ value: Value,
    _ expected: Value,
    _ report: String = "",
    at location: SourceLocation = #_sourceLocation
) {
    #expect(value == expected, "\(report)", sourceLocation: location)
}

/// The same, and ends the test.
func requireEqual<Value: Equatable>(
    _ value: Value,
    _ expected: Value,
    _ report: String = "",
    at location: SourceLocation = #_sourceLocation
) throws {
    try #require(value == expected, "\(report)", sourceLocation: location)
}

/// A book that is slow and obvious: one array in order of arrival.
struct NaiveBook {
    struct Entry: Equatable {
        var id: Int64
        var tag: UInt32
        /// Where it rests; none while it is dormant.
        var side: Side?
        var price: Int64 = 0
        var lots: Int64 = 0
    }

    /// What a walk did to one order, and what was told.
    enum Step: Equatable {
        case met(id: Int64, tag: UInt32, lots: Int64, price: Int64, levelLots: Int64)
        case left(price: Int64, lots: Int64)
    }

    /// In order of arrival at their prices.
    var entries: [Entry] = []

    func position(_ id: Int64) -> Int? { entries.firstIndex { $0.id == id } }

    func lots(_ side: Side, _ price: Int64) -> Int64 {
        queue(side, price).reduce(0) { $0 + $1.lots }
    }

    func queue(_ side: Side, _ price: Int64) -> [Entry] {
        entries.filter { $0.side == side && $0.price == price }
    }

    /// Prices of a side, best first.
    func prices(_ side: Side) -> [Int64] {
        let prices = Set(entries.filter { $0.side == side }.map(\.price)).sorted()
        return side == .buy ? prices.reversed() : prices
    }

    mutating func enter(_ id: Int64, _ side: Side, _ price: Int64, _ lots: Int64) -> Int64 {
        guard let position = position(id) else { return -1 }
        var entry = entries.remove(at: position)
        (entry.side, entry.price, entry.lots) = (side, price, lots)
        entries.append(entry)
        return self.lots(side, price)
    }

    mutating func leave(_ id: Int64) -> Int64 {
        guard let position = position(id), let side = entries[position].side else { return -1 }
        entries[position].side = nil
        return lots(side, entries[position].price)
    }

    /// Walks as the book should.
    ///
    /// - Parameters:
    ///   - taker: Side of the taker.
    ///   - limit: Worst price.
    ///   - meet: The answer to the so many-th meeting.
    /// - Returns: What happened, in order.
    mutating func walk(_ taker: Side, _ limit: Int64, _ meet: (Int, Int64) -> Meeting) -> [Step] {
        let side = taker.opposite
        var steps: [Step] = []
        var number = 0
        for price in prices(side) {
            guard taker == .buy ? price <= limit : price >= limit else { break }
            var isChanged = false
            var goesOn = true
            while goesOn, let maker = queue(side, price).first {
                let answer = meet(number, maker.lots)
                number += 1
                steps.append(
                    .met(
                        id: maker.id,
                        tag: maker.tag,
                        lots: maker.lots,
                        price: price,
                        levelLots: lots(side, price)
                    )
                )
                (isChanged, goesOn) = apply(answer, to: maker, isChanged)
            }
            if isChanged { steps.append(.left(price: price, lots: lots(side, price))) }
            if !goesOn { break }
        }
        return steps
    }

    private mutating func apply(
        _ answer: Meeting,
        to maker: Entry,
        _ isChanged: Bool
    ) -> (isChanged: Bool, goesOn: Bool) {
        switch answer {
        case .stop: return (isChanged, false)
        case .remove, .removeLast:
            entries.removeAll { $0.id == maker.id }
            if case .remove = answer { return (true, true) }
            return (true, false)
        case .take(let lots, let refill):
            trade(maker, lots, refill)
            return (true, lots == maker.lots)
        case .takeLast(let lots, let refill):
            trade(maker, lots, refill)
            return (true, false)
        }
    }

    private mutating func trade(_ maker: Entry, _ lots: Int64, _ refill: Int64) {
        guard let position = position(maker.id) else { return }
        if lots < maker.lots {
            entries[position].lots -= lots
        } else {
            var moved = entries.remove(at: position)
            moved.lots = refill
            if refill > 0 { entries.append(moved) }
        }
    }
}

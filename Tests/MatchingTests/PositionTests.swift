import Matching
import Testing
import Trading

/// Positions at average cost.
@Suite struct PositionTests {
    let exchange = Exchange()

    func trade(_ lots: Int64, at ticks: Int64, buyer: UInt32, seller: UInt32) {
        exchange.place(exchange.limit(.sell, lots, at: ticks, by: seller))
        exchange.place(exchange.limit(.buy, lots, at: ticks, by: buyer))
    }

    @Test func positionsKeepAverageCost() {
        trade(3, at: 10, buyer: 1, seller: 2)
        trade(2, at: 11, buyer: 1, seller: 2)
        #expect(exchange.position(1) == [5, 52, 0])
        trade(2, at: 20, buyer: 2, seller: 1)
        // Two fifths of 52 are 20.8, so 20 leave; 40 − 20 are realized.
        #expect(exchange.position(1) == [3, 32, 20])
        trade(3, at: 5, buyer: 3, seller: 1)
        #expect(exchange.position(1) == [0, 0, 3])
    }

    @Test func lotsThatWereNeverBoughtHereRealizeNothing() {
        trade(5, at: 10, buyer: 1, seller: 2)
        // What was never bought here leaves no trace.
        #expect(exchange.position(2) == [])
        trade(8, at: 13, buyer: 3, seller: 1)
        // 5 of 8 lots for 104 are 65; they cost 50.
        #expect(exchange.position(1) == [0, 0, 15])
    }

    @Test func losingSaleIsNegative() {
        trade(5, at: 10, buyer: 1, seller: 2)
        trade(5, at: 7, buyer: 2, seller: 1)
        #expect(exchange.position(1) == [0, 0, -15])
        #expect(exchange.position(2) == [5, 35, 0])
    }

    @Test func positionSurvivesASnapshot() throws {
        trade(5, at: 10, buyer: 1, seller: 2)
        try exchange.restore(exchange.snapshot)
        #expect(exchange.position(1) == [5, 50, 0])
    }

    @Test func unknownAccountHasNone() { #expect(exchange.position(40) == []) }
}

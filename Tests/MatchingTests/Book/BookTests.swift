import Testing
import Trading

@testable import Matching

@Suite struct BookTests {
    /// The book and the naive one, told the same.
    private struct Duel: ~Copyable {
        static let ordersMax = 120
        var book = Book(ordersMax: ordersMax, ordersReserved: 16)
        var naive = NaiveBook()
        var random: SeededGenerator
        var centre: Int64 = 1 << 30
        var nextID: Int64 = 1
        let spread: Int64

        init(seed: UInt64, spread: Int64) {
            random = SeededGenerator(state: seed &+ UInt64(spread))
            self.spread = spread
        }

        mutating func number(_ range: ClosedRange<Int64>) -> Int64 {
            Int64.random(in: range, using: &random)
        }

        mutating func price() -> Int64 {
            if random.chance(2) { return number(1...1 << 53) }
            if random.chance(1) { centre = max(1, centre + number(-3 * spread...3 * spread)) }
            return min(max(centre + number(-spread...spread), 1), 1 << 53)
        }

        mutating func step() throws {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<45: try add()
            case 45..<60: try leaveAndPerhapsFree()
            case 60..<70: try reduce()
            case 70..<75: try reenter()
            case 75..<80: try setTag()
            default: try walk()
            }
            try requireEqual(book.count, naive.entries.count)
            try requireEqual(book.isFull, (naive.entries.count == Self.ordersMax))
        }

        private mutating func add() throws {
            guard !book.isFull else { return }
            nextID += random.chance(5) ? number(1...1 << 40) : number(1...3)
            let tag = UInt32.random(in: 0...UInt32.max, using: &random)
            let slot = book.allocate(OrderID(nextID), tag: tag)
            try requireEqual(slot.isNone, false)
            try requireEqual(slot.index <= UInt32(Self.ordersMax), true)
            try requireEqual(book.isFull || book.allocate(OrderID(nextID), tag: 0).isNone, true)
            naive.entries.append(.init(id: nextID, tag: tag))
            if !random.chance(5) { try enter(slot, nextID) }
        }

        private mutating func enter(_ slot: OrderSlot, _ id: Int64) throws {
            // The sides know nothing of each other, as in an auction.
            let side: Side = random.pick([.buy, .sell])
            let (price, lots) = (price(), number(1...50))
            let total = book.enter(slot, side, at: Price(ticks: price), lots: lots)
            try requireEqual(total, naive.enter(id, side, price, lots))
        }

        private mutating func pick(resting: Bool) -> (OrderSlot, NaiveBook.Entry)? {
            let choices = naive.entries.filter { ($0.side != nil) == resting }
            guard !choices.isEmpty else { return nil }
            let entry = random.pick(choices)
            return (book.find(OrderID(entry.id)), entry)
        }

        private mutating func leaveAndPerhapsFree() throws {
            guard let (slot, entry) = pick(resting: true) else { return }
            try requireEqual(book.leave(slot), naive.leave(entry.id))
            try requireEqual(book.isResting(slot), false)
            guard random.chance(70) else { return }
            book.free(slot)
            naive.entries.removeAll { $0.id == entry.id }
            try requireEqual(book.find(OrderID(entry.id)).isNone, true)
        }

        private mutating func reenter() throws {
            guard let (slot, entry) = pick(resting: false) else { return }
            try enter(slot, entry.id)
        }

        private mutating func reduce() throws {
            guard let (slot, entry) = pick(resting: true), let side = entry.side,
                let position = naive.position(entry.id)
            else { return }
            let lots = number(1...entry.lots)
            naive.entries[position].lots = lots
            try requireEqual(book.reduce(slot, to: lots), naive.lots(side, entry.price))
        }

        private mutating func setTag() throws {
            guard let (slot, entry) = pick(resting: random.chance(50)),
                let position = naive.position(entry.id)
            else { return }
            let tag = UInt32.random(in: 0...UInt32.max, using: &random)
            book.setTag(slot, tag)
            naive.entries[position].tag = tag
        }

        private mutating func walk() throws {
            let taker: Side = random.pick([.buy, .sell])
            let limit = random.chance(10) ? (taker == .buy ? Int64.max : 0) : price()
            var choices: [Int] = []
            for _ in 0..<12 { choices.append(Int.random(in: 0..<100, using: &random)) }
            let expected = naive.walk(taker, limit) { Self.answer(choices, $0, $1) }
            var steps: [NaiveBook.Step] = []
            var number = 0
            book.walk(
                against: taker,
                limit: Price(ticks: limit),
                meet: { (maker: Maker) in
                    defer { number += 1 }
                    steps.append(
                        .met(
                            id: maker.id.rawValue,
                            tag: maker.tag,
                            lots: maker.lots,
                            price: maker.price.ticks,
                            levelLots: maker.levelLots
                        )
                    )
                    return Self.answer(choices, number, maker.lots)
                },
                left: { steps.append(.left(price: $0.ticks, lots: $1)) }
            )
            try requireEqual(steps, expected)
        }

        /// The same answer to the same meeting in both books.
        private static func answer(_ choices: [Int], _ number: Int, _ lots: Int64) -> Meeting {
            guard number < choices.count else { return .stop }
            let part = max(lots / 2, 1)
            switch choices[number] {
            case 0..<45: return .take(lots)
            case 45..<60: return .take(lots, refill: lots % 7 + 1)
            case 60..<65: return .take(part)
            case 65..<70: return .takeLast(part)
            case 70..<75: return .takeLast(lots)
            case 75..<80: return .takeLast(lots, refill: lots)
            case 80..<90: return .remove
            case 90..<95: return .removeLast
            default: return .stop
            }
        }

        /// Everything that can be seen.
        func check() throws {
            for entry in naive.entries {
                let slot = book.find(OrderID(entry.id))
                try requireEqual(book.id(of: slot).rawValue, entry.id)
                try requireEqual(book.tag(of: slot), entry.tag)
                try requireEqual(book.isResting(slot), (entry.side != nil))
                guard let side = entry.side else { continue }
                try requireEqual(book.side(of: slot), side)
                try requireEqual(book.price(of: slot).ticks, entry.price)
                try requireEqual(book.lots(of: slot), entry.lots)
            }
            for side in Side.allCases { try check(side) }
        }

        private func check(_ side: Side) throws {
            var level = book.level(side, after: .none)
            try requireEqual(book.best(side), level?.price ?? .none)
            try requireEqual(book.front(side), level?.first ?? .none)
            for price in naive.prices(side) {
                let found = try #require(level)
                try requireEqual(found.price.ticks, price)
                try requireEqual(found.lots, naive.lots(side, price))
                try requireEqual(book.lots(side, at: found.price), found.lots)
                var slot = found.first
                for entry in naive.queue(side, price) {
                    try requireEqual(book.id(of: slot).rawValue, entry.id)
                    slot = book.next(in: slot)
                }
                try requireEqual(slot.isNone, true)
                level = book.level(side, after: found.price)
            }
            try requireEqual(level, nil)
            try requireEqual(book.lots(side, at: Price(ticks: 123)), naive.lots(side, 123))
        }
    }

    /// How far around a centre that jumps now and then most prices lie.
    private static let spreads: [Int64] = [3, 400, 20_000, 1 << 40]

    @Test(.timeLimit(.minutes(5)), arguments: BookSeeds.all, spreads)
    func agreesWithTheNaiveBook(seed: UInt64, spread: Int64) throws {
        var duel = Duel(seed: seed, spread: spread)
        for step in 0..<4000 {
            do {
                try duel.step()
                if step % 40 == 0 { try duel.check() }
            } catch {
                Issue.record("CASTLE_SEED=\(seed), spread \(spread), step \(step)")
                throw error
            }
        }
    }

    @Test func memoryGrowsOnlyWithTheOrdersThereAreAtOnce() {
        var book = Book(ordersMax: 4096, ordersReserved: 1024)
        let size = book.memorySize
        for id in 1...Int64(50_000) {
            let slot = book.allocate(OrderID(id), tag: 0)
            _ = book.enter(slot, .buy, at: Price(ticks: 1000 + id % 100), lots: 1)
            if id > 1000 {
                let old = book.find(OrderID(id - 1000))
                _ = book.leave(old)
                book.free(old)
            }
        }
        expectEqual(book.count, 1000)
        expectEqual(book.memorySize, size)
    }

    @Test func fullBookTakesBackWhatIsFreed() {
        var book = Book(ordersMax: 3)
        for id in 1...Int64(3) { expectEqual(book.allocate(OrderID(id), tag: 0).isNone, false) }
        expectEqual(book.isFull, true)
        book.free(book.find(OrderID(2)))
        expectEqual(book.isFull, false)
        expectEqual(book.allocate(OrderID(9), tag: 0).index <= 3, true)
        expectEqual(book.isFull, true)
    }

    @Test func restingOrderIsNotFreed() async {
        await #expect(processExitsWith: .failure) {
            var book = Book(ordersMax: 3)
            let slot = book.allocate(OrderID(1), tag: 0)
            _ = book.enter(slot, .buy, at: Price(ticks: 5), lots: 1)
            book.free(slot)
        }
    }

    @Test func priceOfNoneStops() async {
        await #expect(processExitsWith: .failure) {
            var book = Book(ordersMax: 3)
            let slot = book.allocate(OrderID(1), tag: 0)
            _ = book.enter(slot, .sell, at: .none, lots: 1)
        }
    }

    @Test func priceAboveTheHighestStops() async {
        await #expect(processExitsWith: .failure) {
            var book = Book(ordersMax: 3)
            let slot = book.allocate(OrderID(1), tag: 0)
            _ = book.enter(slot, .buy, at: Price(ticks: Book.priceMax + 1), lots: 1)
        }
    }
}

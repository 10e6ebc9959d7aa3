import Accounts
import Matching
import Replication
import Shard
import Testing
import Trading
import Wire

/// Transfers between the primaries of two shards.
@Suite struct ReplicaTransferTests {
    let destination = ShardID(2)
    static let coin = Funds(
        account: AccountID(1),
        asset: AssetID(0),
        amount: Amount(units: 100)
    )

    /// A primary with that many transfers sent off, each by its own reference.
    private func source(_ log: TestLog = TestLog(), sending count: UInt64) -> ReplicaRig {
        let rig = ReplicaRig.primary(log)
        rig.hello(1)
        rig.settle()
        for number in 1...count {
            rig.command(1, number, .transfer(Self.coin, to: destination, reference: 90 + number))
        }
        rig.settle()
        return rig
    }

    private func deliveries(_ rig: ReplicaRig) -> [UInt64] {
        rig.effects.compactMap { effect in
            if case .deliver(_, destination, let sequence) = effect { sequence } else { nil }
        }
    }

    private func underWay(_ rig: ReplicaRig) -> Int {
        rig.replica.withMachine { $0.engine.outboxes.first?.entries.count ?? 0 }
    }

    private func answer(_ rig: ReplicaRig, _ sequence: UInt64, _ reply: Reply?) {
        rig.input { $0.delivered(sequence, to: destination, reply, effects: &$1) }
        rig.settle()
    }

    @Test func transfersAreDeliveredInOrderAndSettledOnceAccepted() {
        let rig = source(sending: 3)
        #expect(deliveries(rig) == [1, 2, 3])
        #expect(underWay(rig) == 3)
        answer(rig, 1, .done)
        #expect(underWay(rig) == 2)
        answer(rig, 2, .done)
        answer(rig, 3, .done)
        #expect(underWay(rig) == 0)
        #expect(deliveries(rig) == [1, 2, 3])
    }

    @Test func routersHearWhereFundsWentBeforeAnAnswerShowsIt() throws {
        let rig = ReplicaRig.primary(TestLog())
        rig.hello(1)
        rig.settle()
        #expect(!rig.sent(1).contains(.sendsTo(destination)))
        rig.hello(2, session: 8)
        rig.command(1, 1, .transfer(Self.coin, to: destination, reference: 91))
        rig.query(2, 5, .balances(account: Self.coin.account))
        rig.settle()
        for stream in [UInt64(1), 2] {
            #expect(rig.sent(stream).count { $0 == .sendsTo(destination) } == 1)
        }
        let told = try #require(rig.sent(2).firstIndex(of: .sendsTo(destination)))
        let answered = try #require(
            rig.sent(2).firstIndex { if case .answer(5, _) = $0 { true } else { false } }
        )
        #expect(told < answered)
        rig.command(1, 2, .transfer(Self.coin, to: destination, reference: 92))
        rig.hello(3, session: 9)
        rig.settle()
        #expect(rig.sent(1).count { $0 == .sendsTo(destination) } == 1)
        #expect(rig.sent(3).count { $0 == .sendsTo(destination) } == 1)
    }

    @Test func onlySoManyAreUnderWayAtOnce() {
        let rig = source(sending: 300)
        #expect(deliveries(rig).count == 256)
        answer(rig, 10, .done)
        #expect(deliveries(rig).count == 266)
    }

    @Test func lostTransferIsDeliveredAgainAfterAPause() {
        let rig = source(sending: 2)
        answer(rig, 1, nil)
        #expect(deliveries(rig) == [1, 2])
        rig.wall.microseconds += 25_000
        rig.settle()
        #expect(deliveries(rig) == [1, 2, 1, 2])
    }

    @Test func nextTermDeliversWhatIsNotSettled() {
        let log = TestLog()
        let first = source(log, sending: 2)
        answer(first, 1, .done)
        let next = ReplicaRig.primary(log, epoch: 2)
        #expect(deliveries(next) == [2])
        answer(next, 2, .done)
        #expect(underWay(next) == 0)
    }

    @Test func refusedTransferStaysAndIsToldAnOperator() {
        let rig = source(sending: 1)
        answer(rig, 1, .rejected(.unknownAsset))
        #expect(underWay(rig) == 1)
        let told = rig.effects.contains { effect in
            if case .note(.error, let text) = effect { text.contains("transfer 1") } else { false }
        }
        #expect(told)
        rig.wall.microseconds += 1_100_000
        rig.settle()
        #expect(deliveries(rig) == [1, 1])
    }

    @Test func questionIsAnsweredWhenTheTransferArrives() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        rig.hello(2, session: 8)
        rig.settle()
        rig.query(2, 5, .credited(from: ShardID(3), sequence: 1))
        rig.settle()
        #expect(!rig.sent(2).contains(.answer(id: 5, .done)))
        rig.command(1, 1, .credit(Self.coin, from: ShardID(3), sequence: 1))
        rig.settle()
        #expect(rig.sent(2).contains(.answer(id: 5, .done)))
        rig.query(2, 6, .credited(from: ShardID(3), sequence: 1))
        #expect(rig.sent(2).contains(.answer(id: 6, .done)))
    }

    /// Everything that may go wrong between two shards, at random: what is there is what was sent.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func nothingIsLostOrMadeByLossAndFailover(seed: UInt64) {
        var random = SplitMix(state: seed)
        let logs = (TestLog(), TestLog())
        var from = source(logs.0, sending: 1)
        var to = ReplicaRig.primary(logs.1)
        var (epoch, taken, session, sequence): (UInt64, Int, UInt64, UInt64) = (1, 0, 20, 0)
        var sent: UInt64 = 1
        func connect() {
            (session, sequence) = (session + 1, 0)
            to.hello(session, session: session)
            to.settle()
        }
        connect()
        for _ in 0..<200 {
            switch random.next() % 10 {
            case 0...2:
                sent += 1
                from.command(
                    1,
                    sent,
                    .transfer(Self.coin, to: destination, reference: 90 + sent)
                )
                from.settle()
            case 3:
                epoch += 1
                from = ReplicaRig.primary(logs.0, epoch: epoch)
                from.hello(1)
                from.settle()
                taken = 0
            case 4:
                epoch += 1
                to = ReplicaRig.primary(logs.1, epoch: epoch)
                connect()
            default: step()
            }
        }
        func step() {
            let pending = from.effects.compactMap { effect -> (Funds, UInt64)? in
                guard case .deliver(let funds, _, let sequence) = effect else { return nil }
                return (funds, sequence)
            }
            guard taken < pending.count else {
                from.wall.microseconds += 25_000
                return from.settle()
            }
            let (funds, number) = pending[taken]
            taken += 1
            // One in five never comes, one in five is answered to nobody.
            let fate = random.next() % 5
            var reply: Reply?
            if fate != 0 {
                sequence += 1
                to.command(
                    session,
                    sequence,
                    .credit(funds, from: ShardID(1), sequence: number)
                )
                to.settle()
                for case .reply(sequence, let answer) in to.sent(session) { reply = answer }
            }
            answer(from, number, fate < 2 ? nil : reply)
        }
        for _ in 0..<10_000 where underWay(from) > 0 { step() }
        #expect(underWay(from) == 0)
        let received = to.replica.withMachine { $0.engine.received(from: ShardID(1)) }
        #expect(received == sent)
        let sums = [from, to].map { rig in
            rig.replica.withMachine { $0.engine.conservation()[0].sent.units }
        }
        #expect(sums == [Int64(sent) * 100, -Int64(sent) * 100])
    }
}

/// SplitMix64: the same numbers for the same seed everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

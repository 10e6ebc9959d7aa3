import Routing
import Testing
import Trading

/// A router brings funds to the shard that lacks them, and gives up honestly.
@Suite struct FundsPullTests {
    static let account = AccountID(7)
    static let asset = AssetID(1)
    static let command = Command.withdraw(
        Funds(account: account, asset: asset, amount: Amount(units: 100)),
        reference: 1
    )
    static let target = ShardID(2)

    /// A pull and what it wanted so far.
    private final class Rig {
        var pull = FundsPull(
            command,
            of: account,
            to: target,
            from: [ShardID(1), target, ShardID(3)],
            reference: 1_000,
            deadline: 2_000_000_000
        )
        var now: UInt64 = 0
        var wanted: [PullEffect] = []

        init() {
            input { $0.start(effects: &$1) }
        }

        func input(_ body: (inout FundsPull, inout [PullEffect]) -> Void) {
            var effects: [PullEffect] = []
            body(&pull, &effects)
            wanted += effects
        }

        func answer(_ step: PullStep, _ reply: Reply) {
            answer(step, outcome: .reply(reply))
        }

        func answer(_ step: PullStep, outcome: RequestOutcome) {
            input { $0.received(outcome, to: step, now: now, effects: &$1) }
        }

        /// Answers the questions of a round.
        func count(missing: Int64, free: [Int64], sent: [Int64] = [0, 0, 0]) {
            answer(.shortfall, .shortfall(asset, Amount(units: missing)))
            for (index, shard) in [ShardID(1), target, ShardID(3)].enumerated() {
                let balance = Balance(
                    asset: asset,
                    free: Amount(units: free[index]),
                    locked: .zero,
                    sent: Amount(units: sent[index])
                )
                answer(.balances(shard), .balances([balance]))
            }
        }

        /// What each transfer asked for so far takes, by shard.
        var transfers: [[Int64]] {
            wanted.compactMap { effect in
                guard case .submit(.transfer(let funds, _, _), let shard, _) = effect else {
                    return nil
                }
                return [Int64(shard.rawValue), funds.amount.units]
            }
        }

        func wait(_ nanoseconds: UInt64) {
            now += nanoseconds
            input { $0.tick(now: now, effects: &$1) }
        }
    }

    @Test func missingFundsComeFromTheRichestShard() {
        let rig = Rig()
        #expect(rig.wanted.count == 4)
        rig.count(missing: 30, free: [40, 5, 50])
        #expect(rig.transfers == [[3, 30]])
        rig.answer(.transfer(ShardID(3)), .transferred(sequence: 9))
        let question = Query.credited(from: ShardID(3), sequence: 9)
        #expect(rig.wanted.last == .ask(question, Self.target, .arrival(ShardID(3))))
        rig.answer(.arrival(ShardID(3)), .done)
        #expect(rig.wanted.last == .sendAgain)
    }

    @Test func halfOfWhatThereIsComesAlong() {
        let rig = Rig()
        rig.count(missing: 30, free: [40, 5, 500])
        #expect(rig.transfers == [[3, 250]])
    }

    @Test func severalShardsTogetherMayHaveEnough() {
        let rig = Rig()
        rig.count(missing: 80, free: [40, 5, 50])
        #expect(rig.transfers == [[3, 50], [1, 30]])
        rig.answer(.transfer(ShardID(3)), .transferred(sequence: 1))
        rig.answer(.arrival(ShardID(3)), .done)
        #expect(rig.wanted.last != .sendAgain)
        rig.answer(.transfer(ShardID(1)), .transferred(sequence: 1))
        rig.answer(.arrival(ShardID(1)), .done)
        #expect(rig.wanted.last == .sendAgain)
    }

    @Test func refusalStandsWhereThereIsTooLittle() {
        let rig = Rig()
        rig.count(missing: 91, free: [40, 5, 50])
        #expect(rig.wanted.last == .giveUp)
        #expect(rig.transfers.isEmpty)
    }

    @Test func fundsUnderWayAreWaitedFor() {
        let rig = Rig()
        rig.count(missing: 91, free: [0, 0, 50], sent: [60, 0, -10])
        #expect(rig.wanted.last != .giveUp)
        rig.wait(FundsPull.pauseNanoseconds)
        rig.count(missing: 31, free: [0, 0, 50])
        #expect(rig.transfers == [[3, 31]])
    }

    @Test func fundsThatRestAreAskedForAgain() {
        let rig = Rig()
        rig.count(missing: 30, free: [0, 0, 50])
        rig.answer(.transfer(ShardID(3)), .rejected(.recentlyCredited))
        rig.wait(FundsPull.pauseNanoseconds - 1)
        #expect(
            rig.wanted.count { $0 == .ask(.shortfall(Self.command), Self.target, .shortfall) } == 1
        )
        rig.wait(1)
        #expect(
            rig.wanted.count { $0 == .ask(.shortfall(Self.command), Self.target, .shortfall) } == 2
        )
    }

    @Test func commandIsSentAgainAtOnceWhenNothingIsMissingAnyMore() {
        let rig = Rig()
        rig.count(missing: 0, free: [0, 0, 0])
        #expect(rig.wanted.last == .sendAgain)
    }

    @Test func threeRoundsAreTheMost() {
        let rig = Rig()
        for _ in 0..<3 {
            rig.count(missing: 0, free: [0, 0, 0])
            #expect(rig.wanted.last == .sendAgain)
            rig.input { $0.refusedAgain(now: rig.now, effects: &$1) }
        }
        #expect(rig.wanted.last == .giveUp)
    }

    @Test func silenceEndsAtTheDeadline() {
        let rig = Rig()
        rig.wait(1_999_999_999)
        #expect(rig.wanted.last != .giveUp)
        rig.wait(1)
        #expect(rig.wanted.last == .giveUp)
        rig.count(missing: 0, free: [0, 0, 0])
        #expect(rig.wanted.last == .giveUp)
    }

    @Test func unreachableShardIsPassedOver() {
        let rig = Rig()
        rig.answer(.shortfall, .shortfall(Self.asset, Amount(units: 30)))
        rig.answer(.balances(ShardID(1)), outcome: .unavailable)
        rig.answer(.balances(Self.target), .balances([]))
        let rich = Balance(asset: Self.asset, free: Amount(units: 50), locked: .zero)
        rig.answer(.balances(ShardID(3)), .balances([rich]))
        #expect(rig.transfers == [[3, 30]])
    }

    @Test func cancelReplaceLacksFundsByItsNewOrder() {
        let failed = CancelReplaceOutcome(
            cancel: .failed(.unknownOrder),
            place: .failed(.insufficientBalance)
        )
        #expect(RequestOutcome.reply(.replaced(failed)).lacksFunds)
        #expect(RequestOutcome.reply(.rejected(.insufficientBalance)).lacksFunds)
        #expect(!RequestOutcome.reply(.rejected(.duplicateOrder)).lacksFunds)
        #expect(!RequestOutcome.unknown.lacksFunds)
    }
}

import Routing
import Testing
import Trading
import Wire

@Suite struct AccountMirrorTests {
    private let account = AccountID(7)
    private let one = ShardID(1)
    private let two = ShardID(2)

    private func balance(_ free: Int64, _ asset: UInt16 = 1) -> Balance {
        Balance(asset: AssetID(asset), free: Amount(units: free), locked: .zero)
    }

    private func began(
        _ position: UInt64,
        _ balances: Balance...,
        isContinued: Bool = false
    ) -> AccountFeedMessage {
        .began(
            account,
            position: SequenceNumber(position),
            isContinued: isContinued,
            balances
        )
    }

    private func perform(
        _ mirror: inout AccountMirror,
        _ body: (inout AccountMirror, inout [AccountMirrorEffect]) -> Void
    ) -> [AccountMirrorEffect] {
        var effects: [AccountMirrorEffect] = []
        body(&mirror, &effects)
        return effects
    }

    /// Both shards have answered.
    private func watching() -> AccountMirror {
        var mirror = AccountMirror()
        mirror.add(one)
        mirror.add(two)
        _ = perform(&mirror) { $0.watch(account, effects: &$1) }
        _ = perform(&mirror) { $0.received(began(10, balance(5)), from: one, effects: &$1) }
        _ = perform(&mirror) { $0.received(began(20, balance(6)), from: two, effects: &$1) }
        return mirror
    }

    @Test func anAccountBeginsOnceEveryShardHasAnswered() {
        var mirror = AccountMirror()
        mirror.add(one)
        mirror.add(two)
        let asked = perform(&mirror) { $0.watch(account, effects: &$1) }
        #expect(
            asked == [
                .send(.watch(account, after: nil), to: one),
                .send(.watch(account, after: nil), to: two),
            ]
        )
        #expect(perform(&mirror) { $0.received(began(1), from: one, effects: &$1) } == [])
        let effects = perform(&mirror) { $0.received(began(1), from: two, effects: &$1) }
        #expect(effects == [.began(account)])
    }

    @Test func balancesAreSummedOverShards() {
        var mirror = watching()
        #expect(mirror.balances(of: account) == [balance(11)])
        let message = AccountFeedMessage.events(
            account,
            position: SequenceNumber(11),
            [],
            [balance(9), balance(1, 2)]
        )
        let effects = perform(&mirror) { $0.received(message, from: one, effects: &$1) }
        #expect(effects == [.events(account, [], changed: [balance(15), balance(1, 2)])])
    }

    @Test func aStreamGoesOnAfterTheLastEntryToldWhole() {
        var mirror = watching()
        _ = perform(&mirror) {
            $0.received(.heartbeat(position: SequenceNumber(15)), from: one, effects: &$1)
        }
        let effects = perform(&mirror) { $0.connected(one, effects: &$1) }
        #expect(effects == [.send(.watch(account, after: SequenceNumber(15)), to: one)])
        let again = perform(&mirror) {
            $0.received(began(18, balance(5), isContinued: true), from: one, effects: &$1)
        }
        #expect(again == [])
    }

    @Test func aGapIsSaidAndTheBalancesAreRightAfterIt() {
        var mirror = watching()
        _ = perform(&mirror) { $0.connected(one, effects: &$1) }
        let effects = perform(&mirror) {
            $0.received(began(90, balance(4)), from: one, effects: &$1)
        }
        #expect(
            effects == [
                .interrupted(account), .events(account, [], changed: [balance(10)]),
            ]
        )
    }

    @Test func aShardThatComesLaterIsNoGap() {
        var mirror = watching()
        mirror.add(ShardID(3))
        _ = perform(&mirror) { $0.connected(ShardID(3), effects: &$1) }
        let effects = perform(&mirror) {
            $0.received(began(1, balance(2)), from: ShardID(3), effects: &$1)
        }
        #expect(effects == [.events(account, [], changed: [balance(13)])])
    }

    @Test func anAccountNobodyListensToIsForgotten() {
        var mirror = watching()
        let effects = perform(&mirror) { $0.unwatch(account, effects: &$1) }
        #expect(
            effects == [.send(.unwatch(account), to: one), .send(.unwatch(account), to: two)]
        )
        #expect(mirror.isEmpty)
    }
}

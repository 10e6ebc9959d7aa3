import Testing
import Trading
import Wire

@testable import Node

/// What a peer that is no router, or a broken one, may make a shard log.
@Suite struct SessionReaderTests {
    @Test func routersTradeAndAsk() {
        let allowed: [SessionRequest] = [
            .hello(version: 1, SessionID(rawValue: 1), ShardID(1)),
            .command(sequence: 1, acknowledged: 0, .void),
            .command(
                sequence: 1,
                acknowledged: 0,
                .cancelAll(account: AccountID(1), instrument: InstrumentID(0))
            ),
            .query(id: 1, .position),
        ]
        for request in allowed { #expect(SessionReader.isForMembers(request), "\(request)") }
    }

    @Test func nobodyMakesPairsOrSpeaksForTheReplicaItself() {
        let refused: [SessionRequest] = [
            .command(sequence: 1, acknowledged: 0, .setOrderLimits(.none)),
            .hello(version: 1, SessionID(rawValue: 0), ShardID(1)),
            .command(sequence: 1, acknowledged: 0, .settle(to: ShardID(2), through: 1)),
            .command(
                sequence: 1,
                acknowledged: 0,
                .addAsset(Asset(id: AssetID(9), symbol: "FOO"))
            ),
        ]
        for request in refused { #expect(!SessionReader.isForMembers(request), "\(request)") }
    }
}

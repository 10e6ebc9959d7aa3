import Routing
import Testing
import Trading
import Wire

/// A session and what it wanted done.
private struct SessionRig {
    var session = ShardSession(session: SessionID(rawValue: 77), shard: ShardID(1))
    var effects: [SessionEffect] = []
    var now: UInt64 = 1_000_000_000

    static func open(through sequence: UInt64 = 0) -> SessionRig {
        var rig = SessionRig()
        rig.assign("a:1", epoch: 1)
        rig.greet(through: sequence)
        rig.effects = []
        return rig
    }

    mutating func input(_ body: (inout ShardSession, inout [SessionEffect]) -> Void) {
        body(&session, &effects)
    }

    mutating func assign(_ address: String?, epoch: UInt64) {
        input { $0.assign(address: address, epoch: Epoch(epoch), effects: &$1) }
    }

    mutating func greet(through sequence: UInt64) {
        input { $0.connected(effects: &$1) }
        receive(.welcome(epoch: Epoch(1), sequence: sequence))
    }

    mutating func receive(_ response: SessionResponse) {
        let now = now
        input { $0.received(response, now: now, effects: &$1) }
    }

    mutating func disconnect() {
        let now = now
        input { $0.disconnected(now: now, effects: &$1) }
    }

    mutating func tick() {
        let now = now
        input { $0.tick(now: now, effects: &$1) }
    }

    mutating func submit(_ token: UInt64, _ command: Command = .void, deadline: UInt64 = .max) {
        input { $0.submit(command, token: token, deadline: deadline, effects: &$1) }
    }

    mutating func ask(_ token: UInt64, deadline: UInt64 = .max) {
        input { $0.ask(.position, token: token, deadline: deadline, effects: &$1) }
    }

    /// Takes what was sent since the last call: sequence and what it acknowledges.
    mutating func takeCommands() -> [[UInt64]] {
        defer { effects = [] }
        return effects.compactMap { effect in
            guard case .send(.command(let sequence, let acknowledged, _, _)) = effect else {
                return nil
            }
            return [sequence, acknowledged]
        }
    }

    var hellos: [SessionID] {
        effects.compactMap { effect in
            if case .send(.hello(_, let session, _)) = effect { session } else { nil }
        }
    }

    func outcomes(_ token: UInt64) -> [RequestOutcome] {
        effects.compactMap { effect in
            guard case .complete(token, let outcome) = effect else { return nil }
            return outcome
        }
    }
}

@Suite struct ShardSessionTests {
    private let cancel = Command.cancelAll(account: AccountID(1), instrument: InstrumentID(0))

    @Test func greetsThenSends() {
        var rig = SessionRig()
        rig.submit(1)
        #expect(rig.effects.isEmpty)
        rig.assign("a:1", epoch: 1)
        #expect(rig.effects == [.connect(address: "a:1")])
        rig.input { $0.connected(effects: &$1) }
        #expect(rig.hellos == [SessionID(rawValue: 77)])
        #expect(!rig.session.isOpen)
        rig.receive(.welcome(epoch: Epoch(1), sequence: 0))
        #expect(rig.session.isOpen)
        #expect(rig.takeCommands() == [[1, 0]])
    }

    @Test func saysWhereTheShardHasSentFunds() {
        var rig = SessionRig.open()
        rig.receive(.sendsTo(ShardID(5)))
        #expect(rig.effects == [.reaches(ShardID(5))])
    }

    @Test func numbersWithoutAHoleAndAcknowledgesWhatItHas() {
        var rig = SessionRig.open()
        for token in 1...3 as ClosedRange<UInt64> { rig.submit(token) }
        #expect(rig.takeCommands() == [[1, 0], [2, 0], [3, 0]])
        rig.receive(.reply(sequence: 1, .done))
        rig.receive(.reply(sequence: 2, .rejected(.unknownOrder)))
        #expect(rig.outcomes(1) == [.reply(.done)])
        #expect(rig.outcomes(2) == [.reply(.rejected(.unknownOrder))])
        rig.effects = []
        rig.submit(4)
        #expect(rig.takeCommands() == [[4, 2]])
        #expect(rig.session.inFlightCount == 2)
    }

    @Test func sendsAgainInOrderAfterAFailover() {
        var rig = SessionRig.open()
        for token in 1...4 as ClosedRange<UInt64> { rig.submit(token) }
        rig.receive(.reply(sequence: 1, .done))
        rig.disconnect()
        rig.effects = []
        rig.assign("b:1", epoch: 2)
        // The new primary has them up to 3; all without an answer go again, since it keeps answers.
        rig.greet(through: 3)
        #expect(rig.hellos == [SessionID(rawValue: 77)])
        #expect(rig.takeCommands() == [[2, 1], [3, 1], [4, 1]])
        for sequence in 2...4 as ClosedRange<UInt64> {
            rig.receive(.reply(sequence: sequence, .done))
            #expect(rig.outcomes(sequence) == [.reply(.done)])
        }
    }

    @Test func anEchoCompletesNothingTwice() {
        var rig = SessionRig.open()
        rig.submit(1)
        rig.submit(2)
        rig.receive(.reply(sequence: 1, .done))
        rig.effects = []
        rig.receive(.reply(sequence: 1, .rejected(.malformed)))
        rig.receive(.reply(sequence: 9, .done))
        #expect(rig.effects.isEmpty)
        #expect(rig.session.inFlightCount == 1)
    }

    @Test func sentIsUnknownAndUnsentIsUnavailable() {
        var rig = SessionRig.open()
        rig.submit(1, cancel, deadline: rig.now + 5)
        rig.disconnect()
        rig.submit(2, cancel, deadline: rig.now + 5)
        rig.now += 5
        rig.effects = []
        rig.tick()
        #expect(rig.outcomes(1) == [.unknown])
        #expect(rig.outcomes(2) == [.unavailable])
        rig.tick()
        #expect(rig.outcomes(1) + rig.outcomes(2) == [.unknown, .unavailable])
    }

    @Test func theirNumbersGoAgainAsVoid() {
        var rig = SessionRig.open()
        rig.submit(1, cancel, deadline: rig.now + 5)
        rig.submit(2, cancel)
        rig.disconnect()
        rig.now += 5
        rig.tick()
        rig.effects = []
        rig.greet(through: 0)
        let commands = rig.effects.compactMap { effect -> Command? in
            if case .send(.command(_, _, let command, _)) = effect { command } else { nil }
        }
        #expect(commands == [.void, cancel])
        // Its answer reaches nobody, and is no hindrance to the next.
        rig.receive(.reply(sequence: 1, .done))
        rig.receive(.reply(sequence: 2, .done))
        #expect(rig.outcomes(2) == [.reply(.done)])
        #expect(rig.session.inFlightCount == 0)
    }

    @Test func aGapBeginsANewSession() {
        var rig = SessionRig.open()
        rig.submit(1)
        rig.receive(.refused(.gap))
        #expect(rig.outcomes(1) == [.unknown])
        #expect(rig.effects.contains(.disconnect))
        rig.now += 1_000_000_000
        rig.tick()
        rig.effects = []
        rig.submit(2)
        rig.input { $0.connected(effects: &$1) }
        #expect(rig.hellos.first != SessionID(rawValue: 77))
        rig.receive(.welcome(epoch: Epoch(1), sequence: 0))
        #expect(rig.takeCommands() == [[1, 0]])
    }

    @Test func aForgottenSessionBeginsANewOne() {
        var rig = SessionRig.open()
        rig.submit(1)
        rig.receive(.reply(sequence: 1, .done))
        rig.submit(2)
        rig.disconnect()
        rig.submit(3)
        rig.effects = []
        // The shard knows nothing of command 1, whose reply we had.
        rig.greet(through: 0)
        #expect(rig.outcomes(2) == [.unknown])
        #expect(rig.outcomes(3) == [.unavailable])
        #expect(rig.effects.last == .connect(address: "a:1"))
        rig.effects = []
        rig.greet(through: 0)
        #expect(rig.hellos.first != SessionID(rawValue: 77))
        #expect(rig.session.isOpen)
    }

    @Test func tooManyAreOverloaded() {
        var rig = SessionRig.open()
        for token in 0..<UInt64(ShardSession.inFlightMax) { rig.submit(token) }
        rig.effects = []
        rig.submit(1_000_000)
        #expect(rig.effects == [.complete(token: 1_000_000, .overloaded)])
        rig.receive(.reply(sequence: 1, .done))
        rig.effects = []
        rig.submit(1_000_001)
        #expect(rig.takeCommands() == [[UInt64(ShardSession.inFlightMax) + 1, 1]])
    }

    @Test func questionsAreAskedAgainAndThenGivenUp() {
        var rig = SessionRig.open()
        rig.ask(1, deadline: rig.now + 100)
        rig.ask(2)
        rig.disconnect()
        rig.effects = []
        rig.greet(through: 0)
        let ids = rig.effects.compactMap { effect -> UInt64? in
            if case .send(.query(let id, .position)) = effect { id } else { nil }
        }
        #expect(ids == [1, 2])
        rig.now += 100
        rig.effects = []
        rig.tick()
        #expect(rig.outcomes(1) == [.unavailable])
        rig.receive(.answer(id: 1, .position(SequenceNumber(3))))
        rig.receive(.answer(id: 2, .position(SequenceNumber(4))))
        #expect(rig.outcomes(1) == [.unavailable])
        #expect(rig.outcomes(2) == [.reply(.position(SequenceNumber(4)))])
    }

    @Test func comesBackWithAPause() {
        var rig = SessionRig.open()
        rig.disconnect()
        // At once the first time, then with growing pauses.
        #expect(rig.effects == [.connect(address: "a:1")])
        var pauses: [UInt64] = []
        for _ in 0..<8 {
            rig.effects = []
            rig.disconnect()
            #expect(rig.effects.isEmpty)
            let start = rig.now
            for _ in 0..<1000 where rig.effects.isEmpty {
                rig.now += 500_000
                rig.tick()
            }
            #expect(rig.effects == [.connect(address: "a:1")])
            pauses.append(rig.now - start)
        }
        #expect(pauses[0] < pauses[4])
        #expect(pauses.allSatisfy { $0 <= 70_000_000 })
    }

    @Test func theMapLeadsToTheNewPrimary() {
        var rig = SessionRig.open()
        rig.assign("a:1", epoch: 1)
        #expect(rig.effects.isEmpty)
        // The same process in a later term keeps its stream.
        rig.assign("a:1", epoch: 2)
        #expect(rig.effects.isEmpty && rig.session.isOpen)
        rig.assign("b:1", epoch: 3)
        #expect(rig.effects == [.disconnect, .connect(address: "b:1")])
        rig.effects = []
        rig.assign(nil, epoch: 4)
        #expect(rig.effects == [.disconnect])
        rig.now += 1_000_000_000
        rig.tick()
        #expect(rig.effects == [.disconnect])
    }

    @Test func aRefusalIsNoAnswer() {
        var rig = SessionRig.open()
        rig.submit(1)
        rig.receive(.refused(.notPrimary))
        #expect(rig.outcomes(1).isEmpty)
        #expect(rig.effects.last == .disconnect)
        #expect(!rig.session.isOpen)
        #expect(rig.session.inFlightCount == 1)
    }
}

import Testing
import Workload

@testable import Drills

@Suite struct ClockJumpTests {
    @Test func eachPartJumpsForwardThenBack() {
        var random = SplitMix(seed: 1)
        let jumps = (1...16).map { ClockJump(number: $0, &random) }
        #expect(jumps.prefix(4).map(\.part) == ClockJump.parts)
        #expect(jumps.map(\.part) == Array(repeating: ClockJump.parts, count: 4).flatMap { $0 })
        for (index, jump) in jumps.enumerated() {
            #expect((jump.seconds > 0) == (index % 8 < 4))
            #expect((2...3600).contains(abs(jump.seconds)))
        }
    }

    @Test func onlyARouterFarOffMustRefuse() {
        var random = SplitMix(seed: 2)
        let jumps = (1...400).map { ClockJump(number: $0, &random) }
        let refusing = jumps.filter(\.isOutsideOfWindow)
        #expect(refusing.allSatisfy { $0.part == .router })
        #expect(refusing.contains { $0.seconds > 0 } && refusing.contains { $0.seconds < 0 })
        // Requests may be 5 s old.
        #expect(!refusing.contains { (0...5).contains($0.seconds) })
    }

    @Test func onlyAPrimaryThatJumpsForwardMovesTheTime() {
        var random = SplitMix(seed: 2)
        for number in 1...16 {
            let jump = ClockJump(number: number, &random)
            let newest = jump.newestTrade(since: 5000, until: 20_000)
            let moves = jump.part == .primary && jump.seconds > 0
            let lasts = Int64(jump.milliseconds)
            let gained = min(lasts, Int64(jump.seconds) * 1000)
            let expected = moves ? 5000 + lasts + gained / 2...20_500 + gained : nil
            #expect(newest == expected)
        }
    }

    @Test func choiceNamesWhoPlaysThePart() throws {
        let cluster = try SampleCluster("local")
        var random = SplitMix(seed: 3)
        let choice = try cluster.chooser
            .choose(.clockJump, cluster.status, coordinator: "c1", number: 2, &random)
        // The first router carries the drill's own reads.
        #expect(choice.members == [.node("g2")])
        #expect(choice.excused == [])
    }
}

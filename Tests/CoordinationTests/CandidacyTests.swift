import Coordination
import Testing

/// Holds a candidacy, so that an expectation can ask it.
private final class Lookout {
    private var candidacy: Candidacy

    init(rank: Int, count: Int, now: UInt64) {
        candidacy = Candidacy(rank: rank, count: count, now: now)
    }

    func saw(_ index: Int, _ sighting: Candidacy.Sighting, now: UInt64) {
        candidacy.saw(index, sighting, now: now)
    }

    func leader(now: UInt64) -> Int? { candidacy.leader(now: now) }

    func leads(now: UInt64) -> Bool { candidacy.shouldLead(now: now) }
}

@Suite struct CandidacyTests {
    private let patience = Candidacy.patienceMilliseconds

    @Test func theOnlyOneLeadsAtOnce() {
        let look = Lookout(rank: 0, count: 1, now: 0)
        #expect(look.leads(now: 0))
    }

    @Test func theLeaderIsKnownAsLongAsItIsHeard() {
        let look = Lookout(rank: 0, count: 3, now: 0)
        #expect(look.leader(now: 0) == nil)
        look.saw(1, .waiting, now: 10)
        look.saw(2, .leading, now: 10)
        #expect(look.leader(now: 20) == 2)
        #expect(look.leader(now: 10 + patience) == nil)
    }

    @Test func nobodyLeadsBeforeTheOthersWereAsked() {
        let look = Lookout(rank: 0, count: 2, now: 0)
        #expect(!look.leads(now: 10))
        look.saw(1, .waiting, now: 20)
        #expect(look.leads(now: 20))
    }

    @Test func oneThatNeverAnswersIsGoneAfterAWhile() {
        let look = Lookout(rank: 0, count: 2, now: 0)
        #expect(!look.leads(now: patience - 1))
        #expect(look.leads(now: patience))
    }

    @Test func aLeaderIsLeftAlone() {
        let look = Lookout(rank: 0, count: 2, now: 0)
        for now in stride(from: 0, to: 5000, by: 40) as StrideTo<UInt64> {
            look.saw(1, .leading, now: now)
            #expect(!look.leads(now: now))
        }
    }

    @Test func aLeaderThatIsGoneIsFollowedAtOnce() {
        let look = Lookout(rank: 1, count: 2, now: 0)
        look.saw(0, .leading, now: 100)
        look.saw(0, .gone, now: 140)
        #expect(look.leads(now: 140))
    }

    @Test func aSilentLeaderIsFollowedAfterAWhile() {
        let look = Lookout(rank: 1, count: 2, now: 0)
        look.saw(0, .leading, now: 100)
        #expect(!look.leads(now: 99 + patience))
        #expect(look.leads(now: 100 + patience))
    }

    @Test func theEarlierOneGoesFirstAndNotForEver() {
        let look = Lookout(rank: 1, count: 3, now: 0)
        for now in stride(from: 0, to: patience, by: 40) {
            look.saw(0, .waiting, now: now)
            look.saw(2, .waiting, now: now)
            #expect(!look.leads(now: now))
        }
        look.saw(0, .waiting, now: patience)
        look.saw(2, .waiting, now: patience)
        #expect(look.leads(now: patience))
    }

    @Test func aLeaderInBetweenStartsTheWaitAnew() {
        let look = Lookout(rank: 1, count: 2, now: 0)
        look.saw(0, .waiting, now: 0)
        #expect(!look.leads(now: 0))
        look.saw(0, .leading, now: 200)
        #expect(!look.leads(now: 200))
        look.saw(0, .waiting, now: 280)
        #expect(!look.leads(now: 280 + patience - 1))
    }
}

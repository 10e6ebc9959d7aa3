import Testing
import Trading

@testable import Node

@Suite struct DerivedOrderIDTests {
    @Test func sameRequestHasTheSameID() {
        let id = DerivedOrderID.make(Array("abc".utf8))
        #expect(id == DerivedOrderID.make(Array("abc".utf8)))
        #expect(id != DerivedOrderID.make(Array("abd".utf8)))
        #expect(id.size == 22)
    }

    @Test func idsAreOfLettersAndDigitsAndDiffer() {
        let ids = (0..<500).map { DerivedOrderID.make([UInt8($0 / 256), UInt8($0 % 256)]).text }
        #expect(Set(ids).count == 500)
        #expect(ids.allSatisfy { $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } })
    }
}

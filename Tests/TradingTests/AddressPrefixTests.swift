import Testing
import Trading

@Suite struct AddressPrefixTests {
    @Test(arguments: [
        ("203.0.113.7", "203.0.113.7"), ("0.0.0.0/0", "0.0.0.0/0"), ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.0.0.1/32", "10.0.0.1"), ("::1", "::1"), ("::", "::"), ("::/0", "::/0"),
        ("2001:DB8::1", "2001:db8::1"), ("2001:db8::/32", "2001:db8::/32"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1::", "1::"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
        ("::ffff:10.0.0.1", "10.0.0.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    ])
    func textIsReadAndWritten(text: String, written: String) throws {
        let prefix = try #require(AddressPrefix(text))
        #expect(prefix.description == written)
        #expect(AddressPrefix(prefix.description) == prefix)
        let (high, low, length) = prefix.bits
        #expect(AddressPrefix(high: high, low: low, length: length) == prefix)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4/33", "1.2.3.4/",
        "1.2.3./8",
        "10.0.0.1/8", "/8", "1.2.3.4/8/8", "a.b.c.d", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", ":1",
        "1:", "1::2::3", "12345::", "g::", "::1/129", "+1::", "::1.2.3", "1.2.3.4:80", "[::1]",
        "fe80::1%eth0", "2001:db8::1/32",
    ])
    func otherTextIsRefused(text: String) {
        #expect(AddressPrefix(text) == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
        ("0.0.0.0/0", "203.0.113.7", true), ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", true),
        ("203.0.113.7", "203.0.113.7", true), ("203.0.113.7", "203.0.113.8", false),
        ("203.0.113.7", "::ffff:203.0.113.7", true), ("2001:db8::/33", "2001:db8:7fff::1", true),
        ("2001:db8::/33", "2001:db8:8000::1", false), ("2001:db8::/65", "2001:db8::1", true),
        ("2001:db8::/65", "2001:db8::8000:0:0:0", false), ("10.0.0.0/8", "10.0.0.0/7", false),
        ("10.0.0.0/8", "10.1.0.0/16", true),
    ])
    func blockContainsItsAddresses(block: String, address: String, isInside: Bool) throws {
        let block = try #require(AddressPrefix(block))
        // What is refused by the reader is nothing to ask about.
        guard let address = AddressPrefix(address) else { return #expect(!isInside) }
        #expect(block.contains(address) == isInside)
    }

    @Test func bitsBehindThePrefixAreRefused() {
        #expect(AddressPrefix(high: 1, low: 0, length: 32) == nil)
        #expect(AddressPrefix(high: 0, low: 0, length: 129) == nil)
    }
}

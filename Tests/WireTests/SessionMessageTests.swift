import Testing
import Trading
import Wire

@Suite struct SessionMessageTests {
    @Test func aDestinationIsItsKindAndItsNumber() throws {
        let message = SessionResponse.sendsTo(ShardID(0x0105))
        var writer = ByteWriter()
        message.write(to: &writer)
        #expect(writer.bytes == [3, 0, 0, 0, 4, 5, 1])
        var reader = ByteReader(Array(writer.bytes.dropFirst(4)))
        #expect(try SessionResponse(from: &reader) == message)
    }
}

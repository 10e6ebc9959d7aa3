import Matching
import Trading
import Wire

/// Bytes of strangers to messages: what is taken encodes to the very bytes it was read from, and
/// the engine answers every command and question that comes out.
enum CommandFuzzer {
    /// The first byte picks the reader, the rest is read.
    static func run(_ bytes: [UInt8]) {
        guard let kind = bytes.first else { return }
        let rest = Array(bytes.dropFirst())
        switch kind % 8 {
        case 0...2: commands(rest)
        case 3: queries(rest)
        case 4:
            check(rest, { $0.write($1) }) { reader throws(DecodeError) in
                try reader.readReply()
            }
        case 5:
            check(rest, { $0.write($1) }) { reader throws(DecodeError) in
                try reader.readMarketEvent()
            }
        case 6: entry(rest)
        default: frames(rest)
        }
    }

    /// Commands one after the other, each into an engine with funds.
    private static func commands(_ bytes: [UInt8]) {
        var exchange = FuzzExchange()
        var reader = ByteReader(bytes)
        while reader.remaining > 0, exchange.commandCount < 64 {
            let start = reader.position
            // A refusal is right, and the end of what can be read.
            guard let command = try? reader.readCommand() else { return exchange.finish() }
            var writer = ByteWriter()
            writer.write(command)
            let taken = bytes[start..<reader.position]
            invariant(writer.bytes[...] == taken, "one encoding of a command")
            exchange.apply(command, after: 1)
        }
        exchange.finish()
    }

    private static func queries(_ bytes: [UInt8]) {
        let exchange = FuzzExchange()
        check(bytes, { $0.write($1) }) { reader throws(DecodeError) in
            let query = try reader.readQuery()
            exchange.ask(query)
            return query
        }
    }

    private static func entry(_ bytes: [UInt8]) {
        // A refusal is right.
        guard let entry = try? LogEntry(decoding: bytes) else { return payload(bytes) }
        invariant(entry.encoded().bytes == bytes, "one encoding of an entry")
    }

    /// A batch without the checksum that no fuzzer finds.
    private static func payload(_ bytes: [UInt8]) {
        guard let count = bytes.first else { return }
        let payload = Array(bytes.dropFirst())
        let entry = LogEntry(
            id: .zero,
            kind: .batch,
            previousHash: .zero,
            firstCommand: 1,
            commandCount: UInt32(count),
            time: .zero,
            committed: SequenceNumber(0),
            committedDigest: 0,
            payload: payload
        )
        // A refusal is right.
        guard let commands = try? BatchPayload.commands(of: entry) else { return }
        var writer = ByteWriter()
        for command in commands { BatchPayload.append(command, to: &writer) }
        invariant(writer.bytes == payload, "one encoding of a batch")
    }

    /// Messages of the streams between processes.
    private static func frames(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        if let request = try? SessionRequest(from: &reader) {
            var writer = ByteWriter()
            request.write(to: &writer)
            invariant(writer.bytes.dropFirst(4).elementsEqual(bytes), "one encoding of a request")
        }
        reader = ByteReader(bytes)
        if let response = try? SessionResponse(from: &reader) {
            var writer = ByteWriter()
            response.write(to: &writer)
            invariant(writer.bytes.dropFirst(4).elementsEqual(bytes), "one encoding of a response")
        }
        reader = ByteReader(bytes)
        guard let message = try? FeedMessage(from: &reader) else { return }
        var writer = ByteWriter()
        message.write(to: &writer)
        invariant(writer.bytes.dropFirst(4).elementsEqual(bytes), "one encoding of a feed message")
    }

    private static func check<Value>(
        _ bytes: [UInt8],
        _ write: (inout ByteWriter, Value) -> Void,
        _ read: (inout ByteReader) throws(DecodeError) -> Value
    ) {
        var reader = ByteReader(bytes)
        // A refusal is right.
        guard let value = try? read(&reader) else { return }
        var writer = ByteWriter()
        write(&writer, value)
        invariant(writer.bytes[...] == bytes[..<reader.position], "one encoding of a value")
    }
}

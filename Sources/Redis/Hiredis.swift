private import CHiredis

// The only file that knows hiredis: its incremental parser, over bytes that our loop has read.

/// Bytes that are not the Redis protocol.
package struct RESPError: Error, Equatable {
    /// What the parser says.
    package var reason: String
}

/// Turns the bytes of a connection into replies.
package struct RESPReader: ~Copyable {
    /// Memory the parser keeps when it is empty; its own default of 16 KB would be freed and taken
    /// again for every batch of records.
    private static let keptSize = 1 << 20

    private let reader: UnsafeMutablePointer<redisReader>

    package init() {
        guard let reader = redisReaderCreate() else { fatalError("no memory for a RESP reader") }
        reader.pointee.maxbuf = Self.keptSize
        self.reader = reader
    }

    deinit { redisReaderFree(reader) }

    /// Takes bytes that arrived.
    package func feed(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        // A failure is kept by the parser and told by the next `next()`.
        _ = redisReaderFeed(reader, base.assumingMemoryBound(to: CChar.self), bytes.count)
    }

    /// Reads one reply.
    ///
    /// - Returns: Nil when more bytes are needed.
    /// - Throws: `RESPError`, after which the connection is useless.
    package func next() throws(RESPError) -> RedisReply? {
        var object: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &object) == REDIS_OK else {
            throw RESPError(reason: errorText)
        }
        guard let object else { return nil }
        defer { freeReplyObject(object) }
        return try reply(from: object.assumingMemoryBound(to: redisReply.self).pointee)
    }

    private var errorText: String {
        withUnsafeBytes(of: &reader.pointee.errstr) { raw in
            String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// Copies a reply out of the parser's memory; the parser refuses more than seven levels.
private func reply(from source: redisReply) throws(RESPError) -> RedisReply {
    switch source.type {
    case REDIS_REPLY_STRING: return .bulk(bytes(of: source))
    case REDIS_REPLY_STATUS: return .status(String(decoding: bytes(of: source), as: UTF8.self))
    case REDIS_REPLY_ERROR: return .error(String(decoding: bytes(of: source), as: UTF8.self))
    case REDIS_REPLY_INTEGER: return .integer(source.integer)
    case REDIS_REPLY_NIL: return .null
    case REDIS_REPLY_ARRAY:
        var elements: [RedisReply] = []
        elements.reserveCapacity(source.elements)
        for index in 0..<source.elements {
            guard let element = source.element[index] else {
                throw RESPError(reason: "an array with a hole")
            }
            elements.append(try reply(from: element.pointee))
        }
        return .array(elements)
    default: throw RESPError(reason: "a reply of unknown type \(source.type)")
    }
}

private func bytes(of source: redisReply) -> [UInt8] {
    guard let base = source.str else { return [] }
    return [UInt8](UnsafeRawBufferPointer(start: base, count: source.len))
}

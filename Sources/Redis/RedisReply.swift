/// What Redis answered to one command, or that it never will.
public enum RedisReply: Equatable, Sendable {
    /// A short fixed text such as `OK`.
    case status(String)
    /// Redis refused; the text begins with an upper-case word for its kind.
    case error(String)
    /// A number.
    case integer(Int64)
    /// Bytes.
    case bulk([UInt8])
    /// Several replies.
    case array([RedisReply])
    /// Nothing stored there, or nothing new in time.
    case null
    /// The connection ended first; whether the command ran is unknown.
    case disconnected(String)

    /// The bytes of a bulk reply as text, or a status; nil for anything else.
    public var text: String? {
        switch self {
        case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let text): text
        default: nil
        }
    }

    /// The elements of an array; nil for anything else.
    public var elements: [RedisReply]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }
}

/// A command on its way out: an array of byte strings.
package enum RESPCommand {
    /// Lays a command out as Redis reads it.
    package static func encoded(_ arguments: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        // Each argument has a line of size before it and an end of line behind it.
        bytes.reserveCapacity(arguments.reduce(16) { $0 + $1.count + 16 })
        appendLine("*", arguments.count, to: &bytes)
        for argument in arguments {
            appendLine("$", argument.count, to: &bytes)
            bytes.append(contentsOf: argument)
            bytes.append(contentsOf: "\r\n".utf8)
        }
        return bytes
    }

    private static func appendLine(_ kind: Unicode.Scalar, _ number: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: kind))
        bytes.append(contentsOf: String(number).utf8)
        bytes.append(contentsOf: "\r\n".utf8)
    }
}

extension [[UInt8]] {
    /// Makes a command of words.
    init(words: String...) { self = words.map { Array<UInt8>($0.utf8) } }

    /// Adds a word.
    mutating func append(word: String) { append(Array<UInt8>(word.utf8)) }
}

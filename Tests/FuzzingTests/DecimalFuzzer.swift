import Trading

@testable import API

/// Texts of decimals: what is taken has the value that arithmetic on its digits gives.
enum DecimalFuzzer {
    static func run(_ bytes: [UInt8]) {
        // A refusal is right.
        guard let units = try? DecimalText.parse(bytes[...]) else { return plain(bytes) }
        invariant(units >= 0, "no decimal is negative")
        var printed: [UInt8] = []
        FixedPoint.write(units, to: &printed)
        let again = try? DecimalText.parse(printed[...])
        invariant(again == units, "a decimal is read as it is printed")
        invariant(
            Digits(bytes) == Digits(printed),
            "\(String(decoding: bytes, as: UTF8.self)) is not \(units) units"
        )
        if !bytes.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) { plain(bytes) }
    }

    /// What the parser without exponents takes, this one takes alike, or finds too long.
    private static func plain(_ bytes: [UInt8]) {
        guard let units = try? FixedPoint.parse(bytes),
            let taken = try? DecimalText.parse(bytes[...])
        else { return }
        invariant(units == taken, "both parsers read the same")
    }
}

/// A decimal as its digits that matter and the power of ten of the last of them.
private struct Digits: Equatable {
    var digits: [UInt8] = []
    var power = 0

    /// Reads a text that is known to be a decimal.
    init(_ text: [UInt8]) {
        var isFraction = false
        var index = 0
        while index < text.count, text[index] | 0x20 != UInt8(ascii: "e") {
            if text[index] == UInt8(ascii: ".") {
                isFraction = true
            } else {
                digits.append(text[index])
                if isFraction { power -= 1 }
            }
            index += 1
        }
        let exponent = String(decoding: text.dropFirst(index + 1), as: UTF8.self)
        power += Int(exponent.drop { $0 == " " }) ?? 0
        digits = Array(digits.drop { $0 == UInt8(ascii: "0") })
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            power += 1
        }
        if digits.isEmpty { power = 0 }
    }
}

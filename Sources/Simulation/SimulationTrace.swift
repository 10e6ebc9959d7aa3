/// What happened, as numbers: a hash of all of it, and the last lines in words.
struct SimulationTrace {
    private struct Line {
        var time: UInt64
        var label: StaticString
        var numbers: (UInt64, UInt64, UInt64)
    }

    private static let lineCountMax = 60

    /// Equal for two runs exactly if they did the same (but for a collision of 64 bits).
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    private var ring: [Line] = []
    private var next = 0

    mutating func note(
        _ time: UInt64,
        _ label: StaticString,
        _ first: UInt64 = 0,
        _ second: UInt64 = 0,
        _ third: UInt64 = 0
    ) {
        label.withUTF8Buffer { for byte in $0 { mix(UInt64(byte)) } }
        for number in [time, first, second, third] { mix(number) }
        let line = Line(time: time, label: label, numbers: (first, second, third))
        if ring.count < Self.lineCountMax {
            ring.append(line)
        } else {
            ring[next] = line
            next = (next + 1) % Self.lineCountMax
        }
    }

    /// The last lines, oldest first.
    var lines: [String] {
        (ring[next...] + ring[..<next]).map { line in
            let (first, second, third) = line.numbers
            return "\(line.time / 1000) us  \(line.label) \(first) \(second) \(third)"
        }
    }

    private mutating func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x0000_0100_0000_01B3 }
}

/// What happened, as numbers: a hash of all of it, the last lines in words, and the faults.
struct SimulationTrace {
    private struct Line {
        var time: UInt64
        var label: StaticString
        var numbers: (UInt64, UInt64, UInt64)

        var text: String {
            "\(time / 1000) us  \(label) \(numbers.0) \(numbers.1) \(numbers.2)"
        }
    }

    private static let lineCountMax = 60

    /// Equal for two runs exactly if they did the same (but for a collision of 64 bits).
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    /// The numbers of the faults that changed something.
    private(set) var faults: [Int] = []
    private var faultLines: [Line] = []
    private var fault: Int?
    private var ring: [Line] = []
    private var next = 0

    mutating func note(
        _ time: UInt64,
        _ label: StaticString,
        _ first: UInt64 = 0,
        _ second: UInt64 = 0,
        _ third: UInt64 = 0
    ) {
        // Enough to tell labels apart, and the same in every build.
        mix(UInt64(label.utf8CodeUnitCount) << 8 | UInt64(label.utf8Start.pointee))
        mix(time)
        mix(first)
        mix(second)
        mix(third)
        let line = Line(time: time, label: label, numbers: (first, second, third))
        if let fault, faults.last != fault {
            faults.append(fault)
            faultLines.append(line)
        }
        if ring.count < Self.lineCountMax {
            ring.append(line)
        } else {
            ring[next] = line
            next = (next + 1) % Self.lineCountMax
        }
    }

    /// What is noted from now on is the work of a fault.
    mutating func begin(fault number: Int) { fault = number }

    mutating func endFault() { fault = nil }

    /// The last lines, oldest first.
    var lines: [String] { (ring[next...] + ring[..<next]).map(\.text) }

    /// A line for each fault that changed something.
    var faultTexts: [String] {
        zip(faults, faultLines).map { "fault \($0): \($1.text)" }
    }

    private mutating func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x0000_0100_0000_01B3 }
}

/// What happened when in one run; the clock starts at its first fault.
public struct RunTimeline: Equatable, Sendable {
    /// A moment to be marked.
    public struct Mark: Equatable, Sendable {
        /// When.
        public var microseconds: Int64
        /// What happened, in few words.
        public var text: String

        /// States both.
        public init(microseconds: Int64, text: String) {
            self.microseconds = microseconds
            self.text = text
        }
    }

    /// Heading, such as the name of the drill and the fault.
    public var title: String
    /// When the load began; not positive.
    public var startMicroseconds: Int64
    /// When it ended.
    public var endMicroseconds: Int64
    /// When orders were acknowledged, in any order.
    public var acknowledgedMicroseconds: [Int64]
    /// Faults, and what ended them.
    public var marks: [Mark]

    /// States every field.
    public init(
        title: String,
        startMicroseconds: Int64,
        endMicroseconds: Int64,
        acknowledgedMicroseconds: [Int64],
        marks: [Mark]
    ) {
        self.title = title
        self.startMicroseconds = startMicroseconds
        self.endMicroseconds = endMicroseconds
        self.acknowledgedMicroseconds = acknowledgedMicroseconds
        self.marks = marks
    }
}

/// Acknowledgements counted in bins of equal width.
public struct TimelineBins: Equatable, Sendable {
    /// Widths that are tried, the finest first, in milliseconds.
    private static let widths: [Int64] = [20, 50, 100, 200, 500, 1000]
    private static let countMax: Int64 = 400

    /// Width of a bin, in milliseconds.
    public let widthMilliseconds: Int64
    /// Number of the first bin; bin 0 begins at the first fault.
    public let first: Int64
    /// Acknowledgements in each bin.
    public let counts: [Int]

    /// Counts; bins that the load covers in part only are left out.
    ///
    /// - Parameter timeline: What happened when.
    public init(_ timeline: RunTimeline) {
        let span = (timeline.endMicroseconds - timeline.startMicroseconds) / 1000
        let width = Self.widths.first { span / $0 <= Self.countMax } ?? 1000
        let first = -(-timeline.startMicroseconds / (width * 1000))
        let end = Self.bin(timeline.endMicroseconds, width)
        var counts = Array(repeating: 0, count: Int(max(0, end - first)))
        for moment in timeline.acknowledgedMicroseconds {
            let bin = Self.bin(moment, width)
            if bin >= first, bin < end { counts[Int(bin - first)] += 1 }
        }
        widthMilliseconds = width
        self.first = first
        self.counts = counts
    }

    /// Acknowledged orders a second in each bin.
    public var rates: [Int] { counts.map { $0 * 1000 / Int(widthMilliseconds) } }

    /// When a bin begins, in milliseconds since the first fault.
    ///
    /// - Parameter index: Position in `counts`.
    /// - Returns: The moment; that of `counts.count` is the end of the last bin.
    public func startMilliseconds(_ index: Int) -> Int64 {
        (first + Int64(index)) * widthMilliseconds
    }

    private static func bin(_ microseconds: Int64, _ widthMilliseconds: Int64) -> Int64 {
        let width = widthMilliseconds * 1000
        // Rounds down, below zero too.
        return microseconds >= 0 ? microseconds / width : -((-microseconds + width - 1) / width)
    }
}

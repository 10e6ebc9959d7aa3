/// Something that takes the messages of a flow, so that it can be measured: an engine with the
/// reader of its events.
protocol FlowEngine: ~Copyable {
    /// Makes of a flow what the engine can take, once for all runs.
    static func prepare(_ flow: MatchingFlow) -> MatchingFlow

    /// Prepares for a flow; neither timed nor counted.
    init(for flow: MatchingFlow)

    /// Messages it looks at together before it takes the first; 1 if it looks at none.
    static var groupSize: Int { get }

    /// Looks at the messages that come next, `groupSize` at most.
    mutating func fetch(_ group: Span<FlowRecord>)

    /// Takes one message of the group it looked at last, by its place there.
    mutating func apply(_ record: FlowRecord, fetched place: Int)

    /// Takes one message; its events may wait until `drain`.
    mutating func apply(_ record: FlowRecord)

    /// Takes the events that wait; called at least every `drainInterval` messages.
    mutating func drain()

    /// Takes the events that wait and finds out who the makers were; slower than `drain`, for a replay
    /// that is not timed.
    mutating func audit()

    /// What has come out so far, and what rests now; the maker sum is 0 where only an audit tells it.
    mutating func totals() -> FlowTotals

    /// What went wrong besides wrong totals, one line each.
    mutating func faults() -> [String]

    /// Names everything that happened, makers included, so that a timed replay can be held to an
    /// audited one; `nil` where the totals alone tell the makers.
    var digest: UInt64? { get }

    /// Bytes of memory held for the book, everything included; `nil` where it is not known.
    var memorySize: Int? { get }
}

/// Messages between two readings of the events: few enough for the cache, many enough to cost
/// little.
let drainInterval = 256

extension FlowEngine where Self: ~Copyable {
    static func prepare(_ flow: MatchingFlow) -> MatchingFlow { flow }

    static var groupSize: Int { 1 }

    mutating func fetch(_ group: Span<FlowRecord>) {}

    @inline(__always)
    mutating func apply(_ record: FlowRecord, fetched place: Int) { apply(record) }

    mutating func faults() -> [String] { [] }

    mutating func audit() { drain() }

    var digest: UInt64? { nil }

    /// Applies the messages that build the book.
    mutating func prefill(_ flow: MatchingFlow) { run(flow.records.span, 0..<flow.prefillCount) }

    /// Applies messages and takes all their events.
    @inline(__always)
    mutating func run(_ records: Span<FlowRecord>, _ range: Range<Int>) {
        var next = range.lowerBound
        while next < range.upperBound {
            let end = min(next + drainInterval, range.upperBound)
            while next < end {
                let group = records.extracting(next..<min(next + Self.groupSize, end))
                fetch(group)
                for place in group.indices { apply(group[place], fetched: place) }
                next += group.count
            }
            drain()
        }
    }

    /// The part of a replay that is timed and counted, by a name of its own so that callgrind can
    /// be told to look at nothing else.
    @inline(never)
    mutating func castleMeasuredPart(_ records: Span<FlowRecord>, _ range: Range<Int>) {
        run(records, range)
    }
}

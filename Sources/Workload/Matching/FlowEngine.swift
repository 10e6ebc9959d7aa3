/// Something that takes the messages of a flow, so that it can be measured: an engine with the
/// reader of its events.
protocol FlowEngine: ~Copyable {
    /// Makes of a flow what the engine can take, once for all runs.
    static func prepare(_ flow: MatchingFlow) -> MatchingFlow

    /// Prepares for a flow; neither timed nor counted.
    init(for flow: MatchingFlow)

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
                apply(records[next])
                next += 1
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

import Observability

/// Several measurements of one thing.
struct Spread: Codable, Equatable, Sendable {
    var median: Double
    var lowest: Double
    var highest: Double
    /// In the order they were made.
    var runs: [Double]

    /// Takes at least one value.
    init(_ runs: [Double]) {
        let sorted = runs.sorted()
        self.runs = runs
        lowest = sorted[0]
        highest = sorted[sorted.count - 1]
        let middle = sorted.count / 2
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// One replay of a flow by a fresh engine.
struct ReplayRun {
    /// Millions of messages a second, of the timed part.
    var speed: Double
    var totals: FlowTotals
    /// What went wrong besides wrong totals.
    var faults: [String]
    /// Of all that happened, where the engine has one.
    var digest: UInt64?
    /// At the end.
    var memorySize: Int?
}

/// The ways a flow is replayed to be measured.
enum MatchingMeasurement {
    /// Times the messages after the prefill as one block.
    ///
    /// - Parameters:
    ///   - type: The engine; a fresh one is made.
    ///   - flow: What it takes.
    ///   - countMax: At most so many messages.
    /// - Returns: Speed and totals.
    static func speed<Engine: FlowEngine & ~Copyable>(
        of type: Engine.Type,
        on flow: MatchingFlow,
        countMax: Int = .max
    ) -> ReplayRun {
        var engine = Engine(for: flow)
        engine.prefill(flow)
        let range = measured(flow, countMax)
        let begun = MeasuringProcess.now()
        engine.castleMeasuredPart(flow.records.span, range)
        let nanoseconds = MeasuringProcess.now() - begun
        return ReplayRun(
            speed: Double(range.count) * 1000 / Double(max(nanoseconds, 1)),
            totals: engine.totals(),
            faults: engine.faults(),
            digest: engine.digest,
            memorySize: engine.memorySize
        )
    }

    /// Replays without a clock and asks the engine who made each trade.
    ///
    /// - Parameters:
    ///   - type: The engine; a fresh one is made.
    ///   - flow: What it takes.
    /// - Returns: Totals with the maker sum; no speed.
    static func audit<Engine: FlowEngine & ~Copyable>(
        of type: Engine.Type,
        on flow: MatchingFlow
    ) -> ReplayRun {
        var engine = Engine(for: flow)
        for index in flow.records.indices {
            engine.apply(flow.records[index])
            if (index + 1) % drainInterval == 0 { engine.audit() }
        }
        engine.audit()
        return ReplayRun(
            speed: 0,
            totals: engine.totals(),
            faults: engine.faults(),
            digest: engine.digest,
            memorySize: engine.memorySize
        )
    }

    /// Times each message after the prefill by itself; the events are taken between messages.
    ///
    /// Where an engine looks at a group of messages first, each bears an equal part of that.
    ///
    /// - Parameters:
    ///   - type: The engine; a fresh one is made.
    ///   - flow: What it takes.
    /// - Returns: The clock's own cost is within each.
    static func latency<Engine: FlowEngine & ~Copyable>(
        of type: Engine.Type,
        on flow: MatchingFlow
    ) -> LatencySummary {
        var engine = Engine(for: flow)
        engine.prefill(flow)
        let range = measured(flow)
        // Counted afterwards: a histogram would take room in the cache that is the engine's.
        var samples = ContiguousArray<UInt32>(repeating: 0, count: range.count)
        let records = flow.records.span
        var index = range.lowerBound
        while index < range.upperBound {
            let end = min(index + Engine.groupSize, range.upperBound)
            let group = records.extracting(index..<end)
            let part = fetchNanoseconds(&engine, group) / UInt64(group.count)
            for place in group.indices {
                let begun = MeasuringProcess.now()
                engine.apply(group[place], fetched: place)
                let nanoseconds = MeasuringProcess.now() &- begun &+ part
                samples[index - range.lowerBound] = UInt32(clamping: nanoseconds)
                index += 1
                if index % drainInterval == 0 { engine.drain() }
            }
        }
        return LatencySummary(samples.lazy.map { UInt64($0) })
    }

    @inline(__always)
    private static func fetchNanoseconds<Engine: FlowEngine & ~Copyable>(
        _ engine: inout Engine,
        _ group: Span<FlowRecord>
    ) -> UInt64 {
        guard Engine.groupSize > 1 else { return 0 }
        let begun = MeasuringProcess.now()
        engine.fetch(group)
        return MeasuringProcess.now() &- begun
    }

    /// Replays for an observer outside: callgrind, or the tracer of allocations.
    ///
    /// - Parameters:
    ///   - type: The engine; a fresh one is made.
    ///   - flow: What it takes.
    ///   - countMax: At most so many messages after the prefill.
    /// - Returns: Messages in the part observed, and whether allocations were traced.
    static func observed<Engine: FlowEngine & ~Copyable>(
        _ type: Engine.Type,
        on flow: MatchingFlow,
        countMax: Int
    ) -> (count: Int, isTraced: Bool) {
        var engine = Engine(for: flow)
        engine.prefill(flow)
        let range = measured(flow, countMax)
        let tracer = AllocationTracer()
        tracer?.start()
        engine.castleMeasuredPart(flow.records.span, range)
        tracer?.end()
        return (range.count, tracer != nil)
    }

    private static func measured(_ flow: MatchingFlow, _ countMax: Int = .max) -> Range<Int> {
        let rest = flow.records.count - flow.prefillCount
        return flow.prefillCount..<(flow.prefillCount + min(rest, countMax))
    }
}

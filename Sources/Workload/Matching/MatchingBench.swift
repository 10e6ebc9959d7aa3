import Configuration

/// Measures one flow after the other.
struct MatchingBench {
    /// The yardstick takes so many messages of a flow: enough for a speed, and it is slow.
    private static let textbookCountMax = 500_000

    let options: MatchingOptions
    let progress: (String) -> Void
    /// The flow in memory; the next task may have the same.
    private var flow: MatchingFlow?

    init(_ options: MatchingOptions, progress: @escaping (String) -> Void) {
        self.options = options
        self.progress = progress
    }

    /// Measures one task.
    ///
    /// - Parameter task: A flow and what takes it.
    /// - Returns: Its figures.
    /// - Throws: `FlowFileError`, `LoadError`.
    mutating func measure(_ task: MatchingOptions.Task) throws -> MatchingReport.Result {
        let flow = try take(task.flow)
        switch task.level {
        case .book: return measure(BookReplay.self, task, flow)
        case .machine: return measure(MachineReplay.self, task, flow)
        }
    }

    /// Replays a flow once for an observer outside.
    ///
    /// - Parameters:
    ///   - task: A flow and what takes it.
    ///   - countMax: At most so many messages.
    /// - Returns: What to tell the observer.
    /// - Throws: `FlowFileError`, `LoadError`.
    static func observe(_ task: MatchingOptions.Task, countMax: Int) throws -> Observed {
        let flow = try load(task.flow)
        let (count, isTraced) =
            switch task.level {
            case .book:
                observed(BookReplay.self, on: flow, countMax: countMax)
            case .machine:
                observed(MachineReplay.self, on: flow, countMax: countMax)
            }
        return Observed(messages: count, isTraced: isTraced)
    }

    private static func observed<Engine: FlowEngine & ~Copyable>(
        _ type: Engine.Type,
        on flow: MatchingFlow,
        countMax: Int
    ) -> (count: Int, isTraced: Bool) {
        MatchingMeasurement.observed(type, on: type.prepare(flow), countMax: countMax)
    }

    private mutating func take(_ name: String) throws -> MatchingFlow {
        if let flow, flow.name == name { return flow }
        // Gone before the next one is made: they are large.
        flow = nil
        progress("\(name): making the flow")
        let next = try Self.load(name)
        flow = next
        return next
    }

    private static func load(_ name: String) throws -> MatchingFlow {
        if let plan = FlowPlan.named(name) { return FlowGenerator.flow(plan) }
        guard FileStore.exists(name) else {
            let known = FlowPlan.named.map(\.name).joined(separator: ", ")
            throw LoadError("\(name) is neither a file nor one of \(known)")
        }
        guard !name.hasSuffix(MarketCapture.fileSuffix) else {
            return MatchingFlow(try MarketCapture(FileStore.read(name)), name: name)
        }
        var flow = try FlowFile.read(name)
        if flow.header.totals.makerSum == 0 {
            // No file tells it; the generator's own book finds it.
            flow.header.totals.makerSum = MachinePreparation.totals(of: flow).makerSum
        }
        return flow
    }

    private func measure<Engine: FlowEngine & ~Copyable>(
        _ type: Engine.Type,
        _ task: MatchingOptions.Task,
        _ flow: MatchingFlow
    ) -> MatchingReport.Result {
        var runs: [ReplayRun] = []
        var textbook: [Double] = []
        let prepared = type.prepare(flow)
        progress("\(task.flow), \(task.level): who makes the trades")
        let audited = MatchingMeasurement.audit(of: type, on: prepared)
        for round in 1...options.runs {
            progress("\(task.flow), \(task.level): run \(round) of \(options.runs)")
            runs.append(MatchingMeasurement.speed(of: type, on: prepared))
            let yardstick = MatchingMeasurement.speed(
                of: TextbookBook.self,
                on: flow,
                countMax: Self.textbookCountMax
            )
            textbook.append(yardstick.speed)
        }
        progress("\(task.flow), \(task.level): latency")
        let latency = MatchingMeasurement.latency(of: type, on: prepared)
        let last = runs[runs.count - 1]
        var result = MatchingReport.Result(
            flow: task.flow,
            level: task.level.rawValue,
            prefillCount: flow.prefillCount,
            measuredCount: flow.records.count - flow.prefillCount,
            speed: Spread(runs.map(\.speed)),
            textbookSpeed: Spread(textbook),
            ratio: Spread(zip(runs, textbook).map { $0.speed / $1 }),
            latency: latency,
            bytesPerRestingOrder: Self.bytesPerOrder(last),
            allocations: nil,
            allocationsFailure: "",
            totals: audited.totals,
            differences: Self.differences(audited, runs, flow)
        )
        countAllocations(of: task, into: &result)
        return result
    }

    private func countAllocations(
        of task: MatchingOptions.Task,
        into result: inout MatchingReport.Result
    ) {
        progress("\(task.flow), \(task.level): allocations")
        do throws(LoadError) {
            result.allocations = try AllocationCount.count(task)
        } catch {
            result.allocationsFailure = "\(error)"
        }
    }

    /// Every run must come to what the flow promises.
    private static func differences(
        _ audited: ReplayRun,
        _ runs: [ReplayRun],
        _ flow: MatchingFlow
    ) -> [String] {
        let expected = flow.header.totals
        var faults = (expected.differences(from: audited.totals) + audited.faults).map {
            "audited run: \($0)"
        }
        for (index, run) in runs.enumerated() {
            var wanted = expected
            if run.digest != nil { wanted.makerSum = 0 }
            var found = wanted.differences(from: run.totals) + run.faults
            if run.digest != audited.digest { found.append("another digest than when audited") }
            faults += found.map { "run \(index + 1): \($0)" }
        }
        return faults
    }

    private static func bytesPerOrder(_ run: ReplayRun) -> Double? {
        guard let size = run.memorySize, run.totals.restingOrders > 0 else { return nil }
        return Double(size) / Double(run.totals.restingOrders)
    }
}

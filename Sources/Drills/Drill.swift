import Configuration
import EventLoop
import Workload

/// All runs of one drill, against one cluster of its own.
struct Drill {
    private let options: DrillOptions
    private let waiter: LoopWaiter
    private let onRun: (RunReport) -> Void

    /// Prepares a drill; `onRun` is told of each run.
    init(_ options: DrillOptions, _ waiter: LoopWaiter, onRun: @escaping (RunReport) -> Void) {
        self.options = options
        self.waiter = waiter
        self.onRun = onRun
    }

    /// Starts a cluster, breaks it so many times, stops it, and writes what was asked for.
    ///
    /// - Returns: What was seen; why it ended early, if it did.
    func run() -> DrillReport {
        var report = DrillReport(
            drill: options.kind,
            machine: MachineFacts(),
            seed: options.seed,
            rate: options.rate,
            runs: options.runs
        )
        let surroundings: Surroundings
        do throws(LoadError) {
            surroundings = try Surroundings(options.kind, try topology(), waiter)
        } catch {
            report.obstacle = "\(error)"
            return report
        }
        defer { surroundings.end() }
        var plotted: RunTimeline?
        do throws(LoadError) {
            let cluster = try ClusterUnderTest(
                waiter: waiter,
                topology: options.topology ?? FileStore.absolute(options.kind.topology),
                surroundings: surroundings
            )
            plotted = repeatRuns(cluster, &report)
            // Whoever interrupts a drill has not found a failure.
            let hasFailed = report.failedCount > 0 && !waiter.isInterrupted
            let isInterrupted = waiter.isInterrupted
            let keeps = options.keepsFiles || hasFailed
            cluster.stop(keepingFiles: keeps)
            waiter.isInterrupted = isInterrupted
            if keeps { Terminal.say("files: \(cluster.directory)") }
        } catch {
            report.abortReason = "\(error)"
        }
        report.sumUp()
        write(&report, plotted)
        return report
    }

    private func topology() throws(LoadError) -> Topology {
        let topology: Topology
        do throws(ConfigurationError) {
            topology = try Topology.load(options.topology ?? options.kind.topology)
        } catch {
            throw LoadError("\(error)")
        }
        if options.kind == .autoRebalance, topology.rebalance != .auto {
            throw LoadError("the topology does not even load out by itself")
        }
        return topology
    }

    /// - Returns: What happened when in the run with the longest gap.
    private func repeatRuns(
        _ cluster: ClusterUnderTest,
        _ report: inout DrillReport
    ) -> RunTimeline? {
        var longest: (gap: UInt64, timeline: RunTimeline)?
        do throws(LoadError) {
            let drill = try DrillRun(options, cluster)
            defer { drill.stop() }
            for number in 1...options.runs {
                let (run, timeline) = try drill.run(number)
                report.finished.append(run)
                onRun(run)
                if longest.map({ $0.gap < run.gapNanoseconds }) ?? true {
                    longest = (run.gapNanoseconds, timeline)
                }
            }
        } catch {
            report.abortReason = waiter.isInterrupted ? "interrupted" : "\(error)"
        }
        return longest?.timeline
    }

    private func write(_ report: inout DrillReport, _ timeline: RunTimeline?) {
        do throws(LoadError) {
            if let path = options.plotPath, let timeline {
                try Self.replace(path, with: ThroughputPlot.svg(timeline))
                report.plot = path
            }
            if let path = options.reportPath { try ReportFile.write(report, to: path) }
        } catch {
            Terminal.note("castle drill: \(error)")
            report.writeFailure = "\(error)"
        }
    }

    private static func replace(_ path: String, with text: String) throws(LoadError) {
        do throws(ConfigurationError) {
            try FileStore.replace(path, with: Array(text.utf8))
        } catch {
            throw LoadError("\(error)")
        }
    }
}

import EventLoop
import Trading

/// Makes the log of a new shard, before the map may tell of it.
///
/// Whatever ends it half-way, nothing has changed for anybody: an empty log that no map names is
/// never read, and who adds the shard next finds it there. All Redis instances have to answer, since
/// one that takes no part in the beginning could not be told later from one that lost its disk.
final class ShardGrowth {
    /// Less than an operator's client waits.
    private static let deadlineMilliseconds: UInt64 = 1500

    private var creation: LogCreation?
    private var timer: LoopTimer?
    private let onEnd: (String?) -> Void

    /// Begins.
    ///
    /// - Parameters:
    ///   - context: The process.
    ///   - shard: Whose log.
    ///   - onEnd: Called once the log is there, or with the reason why it is not.
    init(context: ProcessContext, shard: ShardID, onEnd: @escaping (String?) -> Void) {
        self.onEnd = onEnd
        timer = context.loop.schedule(afterMilliseconds: Self.deadlineMilliseconds) { [weak self] in
            self?.end("not every Redis answers")
        }
        creation = LogCreation(context: context, shards: [shard], mustBeEmpty: true) {
            [weak self] in self?.end($0)
        }
    }

    private func end(_ fault: String?) {
        guard let creation else { return }
        creation.stop()
        self.creation = nil
        timer?.cancel()
        timer = nil
        onEnd(fault)
    }
}

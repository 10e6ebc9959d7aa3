extension HTTP2Session {
    /// Resets the streams whose output has not moved since the time.
    func resetStalled(since limit: UInt64) {
        for stream in streams where stream.queuedSize > 0 && stream.movedMilliseconds < limit {
            stream.giveUp()
        }
    }

    /// Resets the fullest streams until no more than the size is queued.
    func resetFullest(until size: Int) {
        while queuedSize > size, let fullest = streams.max(by: { $0.queuedSize < $1.queuedSize }),
            fullest.queuedSize > 0
        {
            fullest.giveUp()
        }
    }
}

/// The coordinator's deadlines, all in milliseconds.
public struct DetectorSettings: Equatable, Sendable {
    /// Between two ticks, and so between two heartbeats.
    public var tickMilliseconds: UInt64 = 20
    /// Silence after which a member is suspected: it is no candidate any more.
    public var suspectMilliseconds: UInt64 = 100
    /// Silence after which a suspicion counts, if a second observer shares it.
    public var actMilliseconds: UInt64 = 150
    /// Silence after which it counts when nobody else watches the node.
    public var actAloneMilliseconds: UInt64 = 1000
    /// Silence a second observer must have seen to agree.
    public var observedSilenceMilliseconds: UInt64 = 100
    /// Age at which an observer's word is too old to count.
    public var observationAgeMilliseconds: UInt64 = 60
    /// Lateness of our own tick that makes the silences we saw worthless.
    public var lateTickMilliseconds: UInt64 = 40
    /// Between two suspicion-based failovers of one shard.
    public var dampingMilliseconds: UInt64 = 5000
    /// After taking the lead: time for all nodes to connect before a later replica gets a shard.
    public var graceMilliseconds: UInt64 = 2000
    /// Time for an assigned primary to say that it serves.
    public var serveMilliseconds: UInt64 = 2000
    /// Steady heartbeats after which a node that was given up counts again.
    public var rejoinMilliseconds: UInt64 = 200
    /// Between two probes of a member whose connection is closed.
    public var probeMilliseconds: UInt64 = 100
    /// Between two probes of one that was given up, or whose probe has not answered.
    public var slowProbeMilliseconds: UInt64 = 1000
    /// Log entries behind the best candidate that make a standby a laggard.
    public var laggardEntries: UInt64 = 256

    /// Makes the settings of DESIGN.md.
    public init() {}
}

/// The deadlines of failure detection, all in milliseconds; a topology may set them.
public struct DetectorSettings: Codable, Equatable, Sendable {
    /// Between two heartbeats, of the coordinator and of every member.
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
    /// Silence after which a member gives its coordinator up and tries another; and the time
    /// members get to come back to one that was silent itself.
    public var returnMilliseconds: UInt64 = 1000
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
    /// By how much later than the primary a standby must have heard the log, when the log owes the
    /// primary an answer for `actMilliseconds`: then the primary is cut off, and the log is not down.
    public var logLeadMilliseconds: UInt64 = 50
    /// Absence after which a replica gets another node, if there is one; 0 is never.
    public var replaceMilliseconds: UInt64 = 10_000
    /// Log entries behind the best candidate that make a standby a laggard.
    public var laggardEntries: UInt64 = 256

    /// Makes the settings of DESIGN.md.
    public init() {}

    /// Reads those that are given; the others keep their defaults.
    ///
    /// - Parameter decoder: Where they are read from.
    /// - Throws: `DecodingError`, also for a name that is none of ours.
    public init(from decoder: any Decoder) throws {
        let named = try decoder.container(keyedBy: Name.self)
        for name in named.allKeys {
            guard let field = Self.fields[name.stringValue] else {
                throw DecodingError.dataCorruptedError(
                    forKey: name,
                    in: named,
                    debugDescription: "is no setting of the detector"
                )
            }
            guard let value = UInt64(exactly: try named.decode(Int.self, forKey: name)) else {
                throw DecodingError.dataCorruptedError(
                    forKey: name,
                    in: named,
                    debugDescription: "must not be negative"
                )
            }
            self[keyPath: field] = value
        }
    }

    /// Writes all of them.
    ///
    /// - Parameter encoder: Where they are written to.
    /// - Throws: `EncodingError`.
    public func encode(to encoder: any Encoder) throws {
        var named = encoder.container(keyedBy: Name.self)
        for (name, field) in Self.fields.sorted(by: { $0.key < $1.key }) {
            try named.encode(self[keyPath: field], forKey: Name(stringValue: name))
        }
    }

    /// What is wrong with the deadlines among each other: the setting and the rule; `nil` if sound.
    public var defect: (name: String, rule: String)? {
        let rules: [(Bool, String, String)] = [
            ((5...1000).contains(tickMilliseconds), "tickMilliseconds", "must be 5 to 1000"),
            (
                suspectMilliseconds >= 2 * tickMilliseconds, "suspectMilliseconds",
                "must be at least two ticks"
            ),
            (
                actMilliseconds >= suspectMilliseconds, "actMilliseconds",
                "must not be below suspectMilliseconds"
            ),
            (
                actAloneMilliseconds >= actMilliseconds, "actAloneMilliseconds",
                "must not be below actMilliseconds"
            ),
            (
                observedSilenceMilliseconds >= tickMilliseconds, "observedSilenceMilliseconds",
                "must be at least one tick"
            ),
            (
                observationAgeMilliseconds >= 2 * tickMilliseconds, "observationAgeMilliseconds",
                "must be at least two ticks"
            ),
            (
                returnMilliseconds >= actMilliseconds, "returnMilliseconds",
                "must not be below actMilliseconds"
            ),
            (probeMilliseconds >= tickMilliseconds, "probeMilliseconds", "must be at least a tick"),
        ]
        if let broken = rules.first(where: { !$0.0 }) { return (broken.1, broken.2) }
        let endless = Self.fields.sorted { $0.key < $1.key }
            .first { self[keyPath: $0.value] > Self.largest }
        return endless.map { ($0.key, "must be at most \(Self.largest)") }
    }

    private static let largest: UInt64 = 1_000_000

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private typealias Field = any (WritableKeyPath<DetectorSettings, UInt64> & Sendable)

    private static let fields: [String: Field] = [
        "tickMilliseconds": \.tickMilliseconds,
        "suspectMilliseconds": \.suspectMilliseconds,
        "actMilliseconds": \.actMilliseconds,
        "actAloneMilliseconds": \.actAloneMilliseconds,
        "observedSilenceMilliseconds": \.observedSilenceMilliseconds,
        "observationAgeMilliseconds": \.observationAgeMilliseconds,
        "lateTickMilliseconds": \.lateTickMilliseconds,
        "returnMilliseconds": \.returnMilliseconds,
        "dampingMilliseconds": \.dampingMilliseconds,
        "graceMilliseconds": \.graceMilliseconds,
        "serveMilliseconds": \.serveMilliseconds,
        "rejoinMilliseconds": \.rejoinMilliseconds,
        "probeMilliseconds": \.probeMilliseconds,
        "slowProbeMilliseconds": \.slowProbeMilliseconds,
        "logLeadMilliseconds": \.logLeadMilliseconds,
        "replaceMilliseconds": \.replaceMilliseconds,
        "laggardEntries": \.laggardEntries,
    ]
}

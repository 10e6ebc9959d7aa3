import Glibc

/// Tells a process of a supervised cluster that its supervisor is gone, even after a `kill -9`.
///
/// Ask about twice a second and exit when the answer is yes; a process that nobody supervises is
/// never told to go.
public struct ParentWatch: Sendable {
    /// Environment variable in which the supervisor tells its children its process id.
    public static let variable = "CASTLE_SUPERVISOR_PID"
    /// How often to ask.
    public static let intervalMilliseconds: UInt64 = 500

    private let supervisor: Int32?

    /// Takes the supervisor from the environment.
    public init() {
        self.init(supervisor: getenv(Self.variable).flatMap { Int32(String(cString: $0)) })
    }

    /// Watches the process given; `nil` is nobody.
    public init(supervisor: Int32?) { self.supervisor = supervisor }

    /// Whether the supervisor was there and is not any more: the kernel gave us another parent.
    public var isOrphaned: Bool { supervisor.map { $0 != getppid() } ?? false }
}

/// A member that keeps the structure around it at one address.
///
/// The compiler hands a structure of many plain members to a function as a copy of all of them,
/// even where it may only be borrowed: a kilobyte for the state of a shard, several times a command.
/// A structure with a member of any type in it can only be pointed at. The value means nothing.
public struct Pinned: ~Copyable {
    private let value: Any? = nil

    /// The member needs no argument.
    public init() {}
}

/// Stops the process when one of our own rules is broken.
///
/// A crash is safe because the log is the truth: a process that doubts itself stops and is
/// replaced. Unlike `precondition` the message survives optimisation.
///
/// - Parameters:
///   - condition: What must hold.
///   - message: One fact, said the way a reader of the log needs it.
///   - file: Filled in by the compiler.
///   - line: Filled in by the compiler.
@inlinable
public func invariant(
    _ condition: @autoclosure () -> Bool,
    _ message: @autoclosure () -> String,
    file: StaticString = #fileID,
    line: UInt = #line
) {
    guard !condition() else { return }
    fatalError("invariant broken: \(message())", file: file, line: line)
}

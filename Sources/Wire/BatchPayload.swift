import Trading

/// The commands inside a log entry's payload: each a size in four bytes, the session, its sequence,
/// what it acknowledges, then the command, and the generation of its pair unless that is 0.
public enum BatchPayload {
    /// Appends a command.
    ///
    /// - Parameters:
    ///   - command: The command with its session.
    ///   - output: The payload so far.
    public static func append(_ command: SessionCommand, to output: inout ByteWriter) {
        Frame.write(to: &output) { writer in
            writer.write(command.session)
            writer.write(command.sequence)
            writer.write(command.acknowledged)
            writer.write(command.command)
            if command.generation > 0 { writer.write(command.generation) }
        }
    }

    /// Reads all commands of an entry.
    ///
    /// - Parameter entry: A batch; a marker has none.
    /// - Returns: In the order they run.
    /// - Throws: `DecodeError`, also when their number is not the header's.
    public static func commands(of entry: LogEntry) throws(DecodeError) -> [SessionCommand] {
        guard entry.kind == .batch else { return [] }
        var reader = ByteReader(entry.payload)
        var commands: [SessionCommand] = []
        while reader.remaining > 0 {
            var nested = try reader.readNested()
            commands.append(
                SessionCommand(
                    session: try nested.read(SessionID.self),
                    sequence: try nested.read(UInt64.self),
                    acknowledged: try nested.read(UInt64.self),
                    command: try nested.readCommand(),
                    generation: nested.remaining > 0 ? try nested.read(UInt32.self) : 0
                )
            )
            try nested.finish()
        }
        guard commands.count == Int(entry.commandCount) else {
            throw .badValue(field: "commandCount", at: 0)
        }
        return commands
    }
}

import Replication
import Trading
import Wire

extension AcceptorState {
    /// Checks what it promised, opened and holds against each other.
    ///
    /// - Parameters:
    ///   - name: For the message.
    ///   - expected: The incarnation of the cluster, where known.
    /// - Throws: `LogDefect`.
    public func check(_ name: String, incarnation expected: UInt64?) throws(LogDefect) {
        if let expected, self.incarnation != nil, self.incarnation != expected {
            throw .wrongIncarnation(name, found: self.incarnation, expected: expected)
        }
        guard self.incarnation != nil else {
            guard opened.rawValue == 0, promised.rawValue == 0, tail == .zero else {
                throw .contradiction(name, "has promised or opened an epoch without incarnation")
            }
            return
        }
        guard opened <= promised else {
            throw .contradiction(name, "has opened epoch \(opened) and promised only \(promised)")
        }
        guard tail.epoch <= opened else {
            throw .contradiction(name, "ends at \(tail) and has opened only epoch \(opened)")
        }
    }
}

/// Two words that differ from process to process and cannot be known from outside.
///
/// Swift draws the seed of its `Hasher` when a process starts, so that nobody can choose keys that
/// collide; these words are made of it. They say where an index looks first and nothing else: what
/// it finds does not depend on them, and so nothing replicated does.
enum ProcessSecret {
    static let words: (UInt64, UInt64) = {
        var hasher = Hasher()
        hasher.combine(0)
        let first = hasher.finalize()
        hasher = Hasher()
        hasher.combine(1)
        return (UInt64(truncatingIfNeeded: first), UInt64(truncatingIfNeeded: hasher.finalize()))
    }()
}

/// The newest elements up to a fixed number, oldest first; no allocation once it is full.
struct Ring<Element: Sendable>: Sendable {
    /// How many elements are kept.
    let capacity: Int
    private var storage: ContiguousArray<Element> = []
    private var head = 0

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { storage.count }

    var isEmpty: Bool { storage.isEmpty }

    var first: Element? { isEmpty ? nil : self[0] }

    var last: Element? { isEmpty ? nil : self[count - 1] }

    subscript(index: Int) -> Element {
        get { storage[slot(index)] }
        _modify { yield &storage[slot(index)] }
    }

    private func slot(_ index: Int) -> Int {
        let slot = head + index
        return slot < storage.count ? slot : slot - storage.count
    }

    /// Appends an element and returns the one it pushed out.
    mutating func append(_ element: Element) -> Element? {
        if storage.count < capacity {
            storage.append(element)
            return nil
        }
        let evicted = storage[head]
        storage[head] = element
        head = head + 1 == capacity ? 0 : head + 1
        return evicted
    }

    /// The index of the first element for which the predicate holds, where it holds for all later
    /// ones too.
    func partition(where predicate: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

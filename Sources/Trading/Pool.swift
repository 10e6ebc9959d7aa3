/// The instruction behind `Pool.prefetch`, by its name in the compiler's back end: the language has
/// none, and a header of C is not for a pure module.
///
/// - Parameters:
///   - address: Any; an invalid one is ignored.
///   - isWrite: 0, to read.
///   - locality: 3, into all caches.
///   - cache: 1, of data.
@_silgen_name("llvm.prefetch.p0")
@usableFromInline
func fetch(
    _ address: UnsafeRawPointer,
    _ isWrite: Int32,
    _ locality: Int32,
    _ cache: Int32
)

/// Elements in one block of memory, named by number: the one place with unsafe code.
///
/// The memory belongs to the pool and never leaves it. Every access is checked against `count` and
/// stops the process when it is out of range, in every build. Unlike an array, a pool is never
/// shared, so that nothing is asked or counted when an element changes in place.
public struct Pool<Element: ~Copyable>: ~Copyable {
    @usableFromInline var elements: UnsafeMutablePointer<Element>
    /// Number of elements; valid numbers are below it.
    public private(set) var count: UInt32 = 0
    /// Number of elements there is memory for.
    public private(set) var capacity: UInt32

    /// An empty pool.
    ///
    /// - Parameter capacity: Elements to have memory for.
    public init(capacity: Int) {
        self.capacity = Self.checked(capacity)
        elements = Self.allocate(capacity)
    }

    deinit {
        elements.deinitialize(count: Int(count))
        UnsafeMutableRawPointer(elements).deallocate()
    }

    /// The element of a number, in place.
    @inlinable
    public subscript(_ number: UInt32) -> Element {
        @inline(__always) unsafeAddress {
            guard number < count else { Self.stop() }
            return UnsafePointer(elements + Int(number))
        }
        @inline(__always) unsafeMutableAddress {
            guard number < count else { Self.stop() }
            return elements + Int(number)
        }
    }

    /// Asks the processor to fetch an element, which takes it a hundred nanoseconds from afar.
    ///
    /// Nothing waits for it and nothing depends on it; a number out of range is harmless, too.
    @inlinable
    @inline(__always)
    public func prefetch(_ number: UInt32) {
        fetch(UnsafeRawPointer(elements) + Int(number) &* MemoryLayout<Element>.stride, 0, 3, 1)
    }

    /// Bytes of memory held.
    public var memorySize: Int { Int(capacity) * MemoryLayout<Element>.stride }

    /// Adds an element behind the others; amortised constant, the memory doubles when it is full.
    ///
    /// - Parameter element: What to add.
    /// - Returns: Its number.
    @discardableResult
    public mutating func append(_ element: consuming Element) -> UInt32 {
        if count == capacity { reserve(max(Int(capacity) * 2, 4)) }
        (elements + Int(count)).initialize(to: element)
        count += 1
        return count - 1
    }

    /// Drops the last elements; the memory stays.
    ///
    /// - Parameter count: Elements afterwards; more than now changes nothing.
    public mutating func truncate(to count: UInt32) {
        guard count < self.count else { return }
        (elements + Int(count)).deinitialize(count: Int(self.count - count))
        self.count = count
    }

    /// Makes room, moving what is there; linear when it grows.
    ///
    /// - Parameter capacity: Elements to have memory for; less than now changes nothing.
    public mutating func reserve(_ capacity: Int) {
        guard capacity > Int(self.capacity) else { return }
        let moved = Self.allocate(capacity)
        moved.moveInitialize(from: elements, count: Int(count))
        UnsafeMutableRawPointer(elements).deallocate()
        elements = moved
        self.capacity = Self.checked(capacity)
    }

    /// Memory that starts on a cache line, so that no element of 32 or 64 bytes lies on two.
    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
        UnsafeMutableRawPointer.allocate(
            byteCount: Int(checked(capacity)) * MemoryLayout<Element>.stride,
            alignment: max(64, MemoryLayout<Element>.alignment)
        ).bindMemory(to: Element.self, capacity: capacity)
    }

    private static func checked(_ capacity: Int) -> UInt32 {
        guard let checked = UInt32(exactly: capacity) else { stop() }
        return checked
    }

    @usableFromInline
    @inline(never)
    static func stop() -> Never { fatalError("invariant broken: a number of the pool") }
}

/// Elements named by number that never move once there are many: a pool of pools of equal size.
///
/// A pool that doubles moves all it has in one step, which takes milliseconds when that is a hundred
/// megabytes. This one moves at most a quarter of a segment, a megabyte.
public struct SegmentedPool<Element: ~Copyable>: ~Copyable {
    /// Bytes of a segment, at most: large enough for pages of 2 MB.
    @usableFromInline static var segmentSizeMax: Int { 4 << 20 }

    @usableFromInline var segments = Pool<Pool<Element>>(capacity: 4)
    /// Number of elements; valid numbers are below it.
    public private(set) var count: UInt32 = 0
    /// A segment has 2 to the power of this elements.
    @usableFromInline let shift: UInt32

    /// An empty pool.
    public init() {
        let elements = max(Self.segmentSizeMax / max(MemoryLayout<Element>.stride, 1), 1)
        shift = UInt32(Int.bitWidth - 1 - elements.leadingZeroBitCount)
    }

    /// The element of a number, in place.
    @inlinable
    public subscript(_ number: UInt32) -> Element {
        @inline(__always) unsafeAddress { UnsafePointer(address(of: number)) }
        @inline(__always) unsafeMutableAddress { address(of: number) }
    }

    @inlinable
    @inline(__always)
    func address(of number: UInt32) -> UnsafeMutablePointer<Element> {
        let segment = number &>> shift
        let place = number & (1 &<< shift &- 1)
        guard segment < segments.count, place < segments[segment].count else {
            Pool<Element>.stop()
        }
        return segments[segment].elements + Int(place)
    }

    /// Adds an element behind the others; moves at most a quarter of a segment.
    ///
    /// - Parameter element: What to add.
    /// - Returns: Its number.
    @discardableResult
    public mutating func append(_ element: consuming Element) -> UInt32 {
        let segment = count &>> shift
        let whole = 1 << Int(shift)
        if segment == segments.count {
            // Only the first grows: a small table stays small.
            segments.append(Pool(capacity: segment == 0 ? min(whole, 64) : whole))
        }
        if segments[segment].count == segments[segment].capacity {
            segments[segment].reserve(min(Int(segments[segment].capacity) * 4, whole))
        }
        segments[segment].append(element)
        count += 1
        return count - 1
    }
}

extension Pool where Element: BitwiseCopyable {
    /// A full pool of equal elements.
    ///
    /// - Parameters:
    ///   - element: What to repeat.
    ///   - count: How often.
    public init(repeating element: Element, count: Int) {
        self.init(capacity: count)
        fill(to: count, with: element)
    }

    /// Grows to a number of elements, the memory to exactly that; linear.
    ///
    /// - Parameters:
    ///   - count: Number of elements afterwards; less than now changes nothing.
    ///   - element: What the new ones are.
    public mutating func fill(to count: Int, with element: Element) {
        guard count > Int(self.count) else { return }
        reserve(count)
        (elements + Int(self.count)).initialize(repeating: element, count: count - Int(self.count))
        self.count = Self.checked(count)
    }
}

extension Pool where Element: BitwiseCopyable {
    /// A part of an element seen as a row of smaller things; any bits must make one.
    ///
    /// - Parameters:
    ///   - number: The element.
    ///   - part: Place in the row, from 0.
    ///   - type: What the row is made of.
    @inlinable
    public subscript<Part: FixedWidthInteger & BitwiseCopyable>(
        _ number: UInt32,
        part part: UInt32,
        as type: Part.Type
    ) -> Part {
        @inline(__always) get {
            UnsafeRawPointer(place(number, part, of: type)).loadUnaligned(as: type)
        }
        @inline(__always) set {
            place(number, part, of: type).storeBytes(of: newValue, as: type)
        }
    }

    @inlinable
    func place<Part: FixedWidthInteger>(
        _ number: UInt32,
        _ part: UInt32,
        of type: Part.Type
    ) -> UnsafeMutableRawPointer {
        let parts = MemoryLayout<Element>.stride / MemoryLayout<Part>.stride
        guard number < count, part < parts else { Self.stop() }
        return UnsafeMutableRawPointer(elements + Int(number)) + Int(part)
            * MemoryLayout<Part>.stride
    }
}

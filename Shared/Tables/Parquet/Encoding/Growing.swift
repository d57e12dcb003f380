/// A growing buffer of plain values for inner loops, which keeps its memory when it is emptied.
struct Growing<Element: BitwiseCopyable>: ~Copyable {
    private var start: UnsafeMutablePointer<Element>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 4096) {
        self.capacity = max(capacity, 16)
        start = .allocate(capacity: self.capacity)
    }

    deinit { start.deallocate() }

    var values: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: start, count: count) }

    mutating func removeAll() { count = 0 }

    /// Where `more` values may be written; they count once `advance` says so.
    @inline(__always)
    mutating func room(_ more: Int) -> UnsafeMutablePointer<Element> {
        if count + more > capacity { grow(more) }
        return start + count
    }

    @inline(__always)
    mutating func advance(_ written: Int) { count += written }

    @inline(never)
    private mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        larger.update(from: start, count: count)
        start.deallocate()
        start = larger
    }

    @inline(__always)
    mutating func append(_ value: Element) {
        room(1).initialize(to: value)
        count += 1
    }

    mutating func append(_ values: UnsafeBufferPointer<Element>) {
        guard let source = values.baseAddress else { return }
        room(values.count).update(from: source, count: values.count)
        count += values.count
    }

    mutating func append(repeating value: Element, count more: Int) {
        room(more).initialize(repeating: value, count: more)
        count += more
    }
}

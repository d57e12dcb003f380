import Synchronization

/// A count of what has happened since the start; only grows.
public final class Counter: Instrument {
    private let count = Atomic<UInt64>(0)

    init() {}

    public func add(_ count: Int = 1) {
        if count > 0 { self.count.wrappingAdd(UInt64(count), ordering: .relaxed) }
    }

    public var value: UInt64 { count.load(ordering: .relaxed) }

    func render(name: String, labels: String, into text: inout MetricsText) {
        text.sample(name, labels: labels, value)
    }
}

/// A value that goes up and down.
public final class Gauge: Instrument {
    private let bits = Atomic<UInt64>(0)

    init() {}

    public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    public func set(_ value: Int) { set(Double(value)) }

    public func set(_ flag: Bool) { set(flag ? 1.0 : 0) }

    public func add(_ change: Double) { bits.add(change) }

    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func render(name: String, labels: String, into text: inout MetricsText) {
        text.sample(name, labels: labels, value)
    }
}

/// A count of observations by their size.
public final class Histogram: Instrument {
    /// Powers of about two from 0.5 ms to 65 s: for durations in seconds.
    public static let secondsBounds = [
        0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2, 4, 8, 16, 32, 65,
    ]

    let bounds: [Double]
    /// One count per bound, and one for what exceeds them all.
    private let counts: Counts
    private let sum = Atomic<UInt64>(0)

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = Counts(bounds.count + 1)
    }

    /// Not-a-number is not counted.
    public func observe(_ value: Double) {
        guard !value.isNaN else { return }
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count].wrappingAdd(1, ordering: .relaxed)
        sum.add(value)
    }

    /// All observations so far.
    public var count: UInt64 { (0...bounds.count).reduce(0) { $0 &+ counts[$1].load(ordering: .relaxed) } }

    func render(name: String, labels: String, into text: inout MetricsText) {
        let separator = labels.isEmpty ? "" : ","
        var total: UInt64 = 0
        for (index, bound) in bounds.enumerated() {
            total &+= counts[index].load(ordering: .relaxed)
            text.sample(name + "_bucket", labels: "\(labels)\(separator)le=\"\(MetricsText.number(bound))\"", total)
        }
        total &+= counts[bounds.count].load(ordering: .relaxed)
        text.sample(name + "_bucket", labels: "\(labels)\(separator)le=\"+Inf\"", total)
        text.sample(name + "_sum", labels: labels, Double(bitPattern: sum.load(ordering: .relaxed)))
        text.sample(name + "_count", labels: labels, total)
    }
}

/// A fixed row of atomic numbers; arrays cannot hold atomics.
private final class Counts: @unchecked Sendable {
    // Sendable because the numbers are atomic and their addresses never change.
    private let start: UnsafeMutablePointer<Atomic<UInt64>>
    private let count: Int

    init(_ count: Int) {
        self.count = count
        start = .allocate(capacity: count)
        for index in 0..<count { (start + index).initialize(to: Atomic(0)) }
    }

    deinit {
        start.deinitialize(count: count)
        start.deallocate()
    }

    subscript(index: Int) -> Atomic<UInt64> {
        _read {
            precondition(index >= 0 && index < count)
            yield start[index]
        }
    }
}

extension Atomic where Value == UInt64 {
    /// Adds to the double whose bits this holds.
    fileprivate func add(_ change: Double) {
        var old = load(ordering: .relaxed)
        while true {
            let new = (Double(bitPattern: old) + change).bitPattern
            let (exchanged, original) = weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }
}

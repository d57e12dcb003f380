/// The measures of a process, shown to Prometheus in its text format 0.0.4.
///
/// Make each measure once and keep it: making takes a lock and compares text, counting is one atomic addition.
/// Names and help are constants of the program; label values may come from outside and are escaped, but each new
/// value is a new series for ever, so they must come from a bounded set (assets, never clients or errors' texts).
public final class Metrics: Sendable {
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Pairs of label name and value, in the order in which they are shown.
    public typealias Labels = KeyValuePairs<StaticString, String>

    private let families = Locked<[String: Family]>([:])

    public init() {}

    /// A count of what has happened; its name ends in `_total`. The same name and labels give the same counter.
    public func counter(_ name: StaticString, _ help: StaticString, _ labels: Labels = [:]) -> Counter {
        precondition("\(name)".hasSuffix("_total"), "\(name): a counter's name must end in _total")
        return instrument(.counter, name, help, labels) { Counter() }
    }

    /// A value that goes up and down.
    public func gauge(_ name: StaticString, _ help: StaticString, _ labels: Labels = [:]) -> Gauge {
        precondition(!"\(name)".hasSuffix("_total"), "\(name): a gauge's name must not end in _total")
        return instrument(.gauge, name, help, labels) { Gauge() }
    }

    /// A count of observations by their size. `bounds` are the buckets' upper limits, rising; all series of one name
    /// must have the same.
    public func histogram(
        _ name: StaticString, _ help: StaticString, bounds: [Double], _ labels: Labels = [:]
    ) -> Histogram {
        precondition(!bounds.isEmpty && zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "\(name): bounds")
        let histogram = instrument(.histogram, name, help, labels) { Histogram(bounds: bounds) }
        precondition(histogram.bounds == bounds, "\(name): made with other bounds before")
        return histogram
    }

    /// A gauge whose value is asked for at every `render`, from the thread that renders.
    public func gauge(
        _ name: StaticString, _ help: StaticString, _ labels: Labels = [:], read: @escaping @Sendable () -> Double
    ) {
        _ = instrument(.gauge, name, help, labels) { Reading(read: read) }
    }

    /// A counter whose count is kept elsewhere and asked for at every `render`.
    public func counter(
        _ name: StaticString, _ help: StaticString, _ labels: Labels = [:], read: @escaping @Sendable () -> Double
    ) {
        precondition("\(name)".hasSuffix("_total"), "\(name): a counter's name must end in _total")
        _ = instrument(.counter, name, help, labels) { Reading(read: read) }
    }

    /// All measures as text, sorted by name.
    public func render() -> [UInt8] {
        var text = MetricsText()
        for (name, family) in families.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            text.header(name: name, help: family.help, kind: family.kind.rawValue)
            for series in family.series { series.instrument.render(name: name, labels: series.labels, into: &text) }
        }
        return text.bytes
    }

    private enum Kind: String { case counter, gauge, histogram }

    private struct Family: Sendable {
        let kind: Kind
        let help: String
        /// The labels as they are shown, without braces.
        var series: [(labels: String, instrument: any Instrument)] = []
        var places: [String: Int] = [:]
    }

    private func instrument<Made: Instrument>(
        _ kind: Kind, _ name: StaticString, _ help: StaticString, _ labels: Labels, make: () -> Made
    ) -> Made {
        let key = "\(name)"
        // Programming errors: every name is a constant.
        precondition(MetricsText.isName(key, allowingColon: true), "\(key) is not a metric's name")
        for (label, _) in labels {
            let isFree = !"\(label)".hasPrefix("__") && "\(label)" != "le"
            precondition(
                isFree && MetricsText.isName("\(label)", allowingColon: false), "\(label) is not a label's name")
        }
        let shown = MetricsText.labels(labels)
        return families.withLock { families in
            var family = families[key] ?? Family(kind: kind, help: "\(help)")
            precondition(family.kind == kind, "\(key) is a \(family.kind.rawValue) already")
            if let place = family.places[shown], let known = family.series[place].instrument as? Made { return known }
            precondition(family.places[shown] == nil, "\(key) is read elsewhere already")
            let made = make()
            family.places[shown] = family.series.count
            family.series.append((shown, made))
            families[key] = family
            return made
        }
    }
}

/// What can be shown under a name.
protocol Instrument: Sendable {
    func render(name: String, labels: String, into text: inout MetricsText)
}

private struct Reading: Instrument {
    let read: @Sendable () -> Double

    func render(name: String, labels: String, into text: inout MetricsText) {
        text.sample(name, labels: labels, read())
    }
}

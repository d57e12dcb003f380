import Postgres

/// Where the signals of a set stand, by name.
struct SignalPlaces {
    private let set: SignalSet
    private var places: [String: (group: Int, position: Int)] = [:]

    init(_ set: SignalSet) {
        self.set = set
        for (group, description) in set.groups.enumerated() {
            for (position, entry) in description.signals.enumerated() { places[entry.name] = (group, position) }
        }
    }

    /// Where a metric's readings go; nil if it is not stored, or not registered yet. A foreign metric that has changed
    /// its form is another signal, with the form in its name.
    subscript(metric: BornMetric) -> (group: Int, position: Int)? {
        let named = places[metric.name]
        guard set.kind == SignalSet.generic else { return named }
        guard let form = Registrar.entry(metric)?.form else { return nil }
        if let named, set.groups[named.group].signals[named.position].form.word == form.word { return named }
        return places["\(metric.name) (\(form.word))"]
    }
}

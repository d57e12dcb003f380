import Model

/// A signal as a metric of DBIRTH: its type, its current reading, and in properties what a host should know of it.
struct SignalBirth {
    let signal: Signal
    let group: String
    let position: Int

    func metric(alias: UInt64, frame: Frame?, timestampMs: UInt64) -> Metric {
        let value = frame.flatMap { $0.values.indices.contains(position) ? scalar($0.values[position]) : nil }
        let quality = value == nil ? worst(frame?.quality(at: position)) : frame?.quality(at: position) ?? .bad
        return Metric(
            name: signal.name, alias: alias, timestampMs: timestampMs, datatype: datatype,
            isNull: value == nil ? true : nil, properties: properties(quality), value: value.map { .scalar($0) })
    }

    /// Nothing without a value is good.
    private func worst(_ quality: Quality?) -> Quality { quality == .stale ? .stale : .bad }

    private var datatype: DataType {
        switch signal.form {
        case .number: .double
        case .flag: .boolean
        case .category: .string
        }
    }

    /// Nil for no value and for values that the signal's form has no word for.
    private func scalar(_ value: Double) -> Scalar? {
        guard value.isFinite else { return nil }
        switch signal.form {
        case .number: return .double(value)
        case .flag: return value == 0 ? .boolean(false) : value == 1 ? .boolean(true) : nil
        case .category(let labels): return DataEncoder.index(value, below: labels.count).map { .string(labels[$0]) }
        }
    }

    private func properties(_ quality: Quality) -> PropertySet {
        var set = PropertySet()
        if quality != .good { set.append(PropertyKey.quality, PropertyValue(quality.sparkplugCode)) }
        if !signal.unit.isEmpty { set.append(PropertyKey.unit, PropertyValue(signal.unit)) }
        if let range = signal.physical {
            set.append(PropertyKey.low, PropertyValue(range.lowerBound))
            set.append(PropertyKey.high, PropertyValue(range.upperBound))
        }
        set.append(PropertyKey.documentation, PropertyValue(signal.title))
        set.append(PropertyKey.group, PropertyValue(group))
        set.append(PropertyKey.position, PropertyValue(Int32(clamping: position)))
        if case .category(let labels) = signal.form {
            set.append(PropertyKey.categories, PropertyValue(labels.joined(separator: "|")))
        }
        set.append(PropertyKey.readOnly, PropertyValue(true))
        return set
    }
}

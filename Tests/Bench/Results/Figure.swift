import Runtime

/// One measured figure, beside its rival or limit from the same run.
struct Figure {
    enum Bar {
        case valueAtLeast(Double)
        case valueAtMost(Double)
        case ratioAtLeast(Double)
        /// The figure is for comparison only.
        case none
    }

    /// What the command line calls the benchmark.
    var name: String
    /// Which of several figures of the benchmark; empty for the main one.
    var figure = ""
    var value: Double
    var unit: String
    var rival = ""
    var rivalValue: Double?
    var bar = Bar.none
    /// What to know when reading it.
    var note = ""
    /// Of the machine before the measurement.
    var loadAverage = 0.0

    /// The rival; without one, the limit that the figure has to keep.
    var comparedWith: String { rivalValue == nil && comparedValue != nil ? "limit" : rival }
    var comparedValue: Double? { rivalValue ?? limit }
    /// The value in terms of the rival's, or of the limit.
    var ratio: Double? { comparedValue.flatMap { $0 == 0 ? nil : value / $0 } }

    private var limit: Double? {
        switch bar {
        case .valueAtLeast(let limit), .valueAtMost(let limit): limit
        case .ratioAtLeast, .none: nil
        }
    }

    /// Nil without a bar.
    var isMet: Bool? {
        switch bar {
        case .valueAtLeast(let bar): value >= bar
        case .valueAtMost(let bar): value <= bar
        case .ratioAtLeast(let bar): (ratio ?? 0) >= bar
        case .none: nil
        }
    }

    var barText: String {
        switch bar {
        case .valueAtLeast(let bar): ">= \(Figure.text(bar))"
        case .valueAtMost(let bar): "<= \(Figure.text(bar))"
        case .ratioAtLeast(let bar): "ratio >= \(Figure.text(bar))"
        case .none: ""
        }
    }

    var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("name", name)
            if !figure.isEmpty { json.field("figure", figure) }
            json.field("value", Figure.rounded(value))
            json.field("unit", unit)
            if let rivalValue = comparedValue {
                json.field("rival", comparedWith)
                json.field("rival_value", Figure.rounded(rivalValue))
                json.field("ratio", ratio.map { Figure.rounded($0) })
            }
            if let isMet {
                json.field("bar", barText)
                json.field("met", isMet)
            }
            json.field("load_average", loadAverage)
            if !note.isEmpty { json.field("note", note) }
        }
        return json.bytes
    }

    /// To four significant digits: more would claim a precision that no measurement here has.
    static func rounded(_ value: Double) -> Double {
        guard value.isFinite, value != 0 else { return 0 }
        var scale = 1.0
        while abs(value) * scale < 1_000 { scale *= 10 }
        while abs(value) * scale >= 10_000 { scale /= 10 }
        return (value * scale).rounded() / scale
    }

    static func text(_ value: Double) -> String {
        let rounded = rounded(value)
        guard abs(rounded) < 1e15, rounded == rounded.rounded() else { return "\(rounded)" }
        // Thousands apart, for people.
        var digits = Array(String(Int(abs(rounded))))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return (rounded < 0 ? "-" : "") + String(digits)
    }
}

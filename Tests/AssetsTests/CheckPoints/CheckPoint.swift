import Testing

@testable import Assets

/// A published number and what our models make of it. The tables of `docs/physics` are printed from these.
struct CheckPoint: Sendable, CustomTestStringConvertible {
    let id: String
    /// What is computed, with its inputs.
    let what: String
    let published: Double
    /// Largest error allowed: relative, or absolute in the unit of the number.
    let tolerance: Double
    let isAbsolute: Bool
    let value: @Sendable () -> Double

    init(
        _ id: String, _ what: String, _ published: Double, within tolerance: Double,
        _ value: @escaping @Sendable () -> Double
    ) {
        self.init(id, what, published, tolerance, isAbsolute: false, value)
    }

    init(
        _ id: String, _ what: String, _ published: Double, plusMinus tolerance: Double,
        _ value: @escaping @Sendable () -> Double
    ) {
        self.init(id, what, published, tolerance, isAbsolute: true, value)
    }

    private init(
        _ id: String, _ what: String, _ published: Double, _ tolerance: Double, isAbsolute: Bool,
        _ value: @escaping @Sendable () -> Double
    ) {
        self.id = id
        // Inputs that are whole numbers read better without their fraction.
        self.what = what.replacing(".0 ", with: " ").replacing(".0,", with: ",")
        self.published = published
        self.tolerance = tolerance
        self.isAbsolute = isAbsolute
        self.value = value
    }

    var testDescription: String { "\(id) \(what)" }

    func error(of value: Double) -> Double {
        let error = abs(value - published)
        return isAbsolute ? error : error / max(abs(published), 1e-300)
    }

    /// A row of the table: | id | quantity | published | ours | error | allowed |.
    var row: String {
        let value = value()
        let suffix = isAbsolute ? " abs." : ""
        return "| \(id) | \(what) | \(CheckPoint.text(published)) | \(CheckPoint.text(value)) | "
            + "\(CheckPoint.bound(error(of: value)))\(suffix) | \(tolerance)\(suffix) |"
    }

    static let head = "| check point | quantity | published | ours | error | allowed |\n|---|---|---|---|---|---|"

    /// To twelve significant digits.
    private static func text(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return "\(value)" }
        var scale = 1.0
        while abs(value) * scale < 1e11 { scale *= 10 }
        while abs(value) * scale >= 1e12 { scale /= 10 }
        return "\((value * scale).rounded() / scale)"
    }

    /// The next of 1, 2, 5 times a power of ten: an error's last digits differ between ways of computing it.
    private static func bound(_ error: Double) -> String {
        guard error.isFinite else { return "\(error)" }
        var (step, exponent) = (1e-14, -14)
        while step < error {
            for factor in [2, 5] where step * Double(factor) >= error { return "< \(factor)e\(exponent)" }
            step *= 10
            exponent += 1
        }
        return "< 1e\(exponent)"
    }
}

/// One page of `docs/physics`.
struct CheckPage: Sendable, CustomTestStringConvertible {
    let name: String
    let points: [CheckPoint]

    var testDescription: String { name }

    static let all = [
        CheckPage(name: "candu", points: KineticsCheckPoints.all + ReactorCheckPoints.candu),
        CheckPage(name: "smr", points: ReactorCheckPoints.smr),
        CheckPage(name: "caster", points: CasterCheckPoints.all),
        CheckPage(name: "tailings", points: TailingsCheckPoints.all),
    ]
}

import Testing

/// Expects `value` within a relative tolerance of `expected`, and says by how much it is off if not.
func expect(
    _ value: Double, _ expected: Double, within tolerance: Double, _ what: String = "",
    at location: SourceLocation = #_sourceLocation
) {
    let error = abs(value - expected) / max(abs(expected), 1e-300)
    #expect(error <= tolerance, "\(what) \(value) is off \(expected) by \(error) (relative)", sourceLocation: location)
}

/// Expects `value` within an absolute tolerance of `expected`.
func expect(
    _ value: Double, _ expected: Double, plusMinus tolerance: Double, _ what: String = "",
    at location: SourceLocation = #_sourceLocation
) {
    #expect(
        abs(value - expected) <= tolerance, "\(what) \(value) is off \(expected) by \(value - expected)",
        sourceLocation: location)
}

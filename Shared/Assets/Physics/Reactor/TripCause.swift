/// What a reactor's protection tripped on first. The raw values are the labels' indices.
public enum TripCause: Int, Sendable, CaseIterable {
    case none
    case highFlux
    case highLogRate
    case lowPressure
    case highPressure
    case lowFlow
    case lowLevel
    case highTemperature
    case buildingPressure
    case manual
    case lowFeedwater

    static let labels = [
        "none", "high flux", "high log rate", "low primary pressure", "high primary pressure", "low coolant flow",
        "low level", "high outlet temperature", "high building pressure", "manual",
        "low feedwater flow",
    ]
}

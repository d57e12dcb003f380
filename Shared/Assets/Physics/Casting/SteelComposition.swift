/// Alloying elements of a steel in mass per cent.
public struct SteelComposition: Sendable, Equatable {
    public var carbon: Double
    public var silicon: Double
    public var manganese: Double
    public var phosphorus: Double
    public var sulfur: Double
    public var copper: Double
    public var nickel: Double
    public var molybdenum: Double
    public var vanadium: Double
    public var chromium: Double
    public var aluminum: Double

    public init(
        carbon: Double, silicon: Double = 0, manganese: Double = 0, phosphorus: Double = 0, sulfur: Double = 0,
        copper: Double = 0, nickel: Double = 0, molybdenum: Double = 0, vanadium: Double = 0, chromium: Double = 0,
        aluminum: Double = 0
    ) {
        self.carbon = carbon
        self.silicon = silicon
        self.manganese = manganese
        self.phosphorus = phosphorus
        self.sulfur = sulfur
        self.copper = copper
        self.nickel = nickel
        self.molybdenum = molybdenum
        self.vanadium = vanadium
        self.chromium = chromium
        self.aluminum = aluminum
    }
}

/// The pond of a tailings facility: water in and out, and the level that its stage-volume curve gives.
public struct PondBalance: Sendable, Equatable {
    /// The basin: area grows linearly with the level above the datum.
    public struct Basin: Sendable, Equatable {
        public var datumM: Double
        /// Area at the datum, and how it grows, in m2 and m2/m.
        public var areaM2: Double
        public var areaPerM: Double

        public init(datumM: Double, areaM2: Double, areaPerM: Double = 0) {
            self.datumM = datumM
            self.areaM2 = areaM2
            self.areaPerM = areaPerM
        }

        public func areaM2(levelM: Double) -> Double { max(areaM2 + areaPerM * (levelM - datumM), 0) }

        public func volumeM3(levelM: Double) -> Double {
            let height = levelM - datumM
            return (areaM2 + areaPerM * height / 2) * height
        }

        public func levelM(volumeM3: Double) -> Double {
            guard areaPerM != 0 else { return datumM + volumeM3 / areaM2 }
            // The root of areaPerM / 2 h^2 + area h - V that is zero for V = 0, in the form that does not cancel.
            let root = max(areaM2 * areaM2 + 2 * areaPerM * volumeM3, 0).squareRoot()
            return datumM + 2 * volumeM3 / (areaM2 + root)
        }
    }

    /// Rates while time passes.
    public struct Flows: Sendable, Equatable {
        public var slurryWaterM3PerS = 0.0
        public var rainMPerS = 0.0
        /// Whole catchment, the pond included, and the share of rain that runs off the rest.
        public var catchmentM2 = 0.0
        public var runoff = 0.0
        public var evaporationMPerS = 0.0
        public var seepageM3PerS = 0.0
        public var decantM3PerS = 0.0

        public init() {}
    }

    /// The shape of what holds the water: a formula, or what was surveyed.
    private enum Shape: Sendable, Equatable {
        case basin(Basin)
        case table(StageVolumeTable)
    }

    private let shape: Shape
    public private(set) var volumeM3: Double

    public init(basin: Basin, levelM: Double) {
        shape = .basin(basin)
        volumeM3 = basin.volumeM3(levelM: levelM)
    }

    public init(table: StageVolumeTable, levelM: Double) {
        shape = .table(table)
        volumeM3 = table.volumeM3(levelM: levelM)
    }

    public var levelM: Double {
        switch shape {
        case .basin(let basin): basin.levelM(volumeM3: volumeM3)
        case .table(let table): table.levelM(volumeM3: volumeM3)
        }
    }

    public var areaM2: Double {
        switch shape {
        case .basin(let basin): basin.areaM2(levelM: levelM)
        case .table(let table): table.areaM2(levelM: levelM)
        }
    }

    /// dV/dt = slurry water + rain A_pond + C rain (A_catch - A_pond) - evaporation - seepage - decant.
    /// Returns the change in m3; the pond is never emptied below nothing.
    @discardableResult
    public mutating func advance(seconds: Double, _ flows: Flows) -> Double {
        guard seconds > 0, seconds.isFinite else { return 0 }
        let area = areaM2
        let rain = flows.rainMPerS * (area + flows.runoff * max(flows.catchmentM2 - area, 0))
        let losses = flows.evaporationMPerS * area + flows.seepageM3PerS + flows.decantM3PerS
        let change = max((flows.slurryWaterM3PerS + rain - losses) * seconds, -volumeM3)
        volumeM3 += change
        return change
    }

    /// Crest less level less wave run-up.
    public static func freeboardM(crestM: Double, levelM: Double, runUpM: Double) -> Double {
        crestM - levelM - runUpM
    }

    mutating func replaceVolume(_ body: (inout Double) -> Void) { body(&volumeM3) }
}

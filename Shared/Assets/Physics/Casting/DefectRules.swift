/// Which excursions of a cast call for which defect: pure functions of published readings, one per second, so that
/// anybody can evaluate them again from the files. Holds what the rules must remember between readings.
public struct DefectRules: Sendable, Equatable {
    /// The published readings that the rules look at. A reading that is not there (NaN) breaks no rule.
    public struct Readings: Sendable, Equatable {
        public var levelMm = Double.nan
        public var levelTargetMm = Double.nan
        public var tundishC = Double.nan
        public var speedMPerMin = Double.nan
        public var oscillationPerMin = Double.nan
        public var superheatK = Double.nan
        /// Water of each zone in L/min.
        public var zoneFlowsLPerMin: [Double] = []
        public var vibrationsMmPerS: [Double] = []

        public init() {}
    }

    public struct Thresholds: Sendable, Equatable {
        public var levelMm = 20.0
        public var levelSeconds = 60
        public var dropK = 50.0
        public var dropSeconds = 30
        public var dropSpeedMPerMin = 1.0
        public var oscillationPerMin = 60.0...200.0
        public var oscillationSeconds = 10
        public var superheatK = 40.0
        /// Largest departure of a zone from its share of all zones' water, relative.
        public var imbalance = 0.15
        public var imbalanceSeconds = 30
        public var zoneShares: [Double]
        public var vibrationMmPerS = 7.1

        public init(zoneShares: [Double]) { self.zoneShares = zoneShares }
    }

    public enum Defect: Int, Sendable, CaseIterable {
        case surfaceCracks, internalCracks, cornerCracks, inclusions, shape
    }

    public let thresholds: Thresholds
    /// How far beyond its threshold each defect's rule has been so far: 0 = never broken, 1 = just broken, rising with
    /// the excursion.
    public private(set) var severities = Array(repeating: 0.0, count: Defect.allCases.count)

    private var levelRun = 0
    private var levelWorst = 0.0
    private var oscillationRun = 0
    private var imbalanceRun = 0
    /// The tundish temperatures of the last `dropSeconds`, as a ring.
    private var past: [Double]
    private var seconds = 0

    public init(_ thresholds: Thresholds) {
        self.thresholds = thresholds
        past = Array(repeating: .nan, count: max(thresholds.dropSeconds, 1))
    }

    public func isBroken(_ defect: Defect) -> Bool { severities[defect.rawValue] > 0 }

    /// Takes in the readings of the next second.
    public mutating func observe(_ readings: Readings) {
        let limits = thresholds
        let deviation = abs(readings.levelMm - readings.levelTargetMm)
        levelRun = deviation > limits.levelMm ? levelRun + 1 : 0
        levelWorst = levelRun > 0 ? max(levelWorst, deviation) : 0
        if levelRun > limits.levelSeconds { note(.surfaceCracks, levelWorst / limits.levelMm) }

        let place = seconds % past.count
        let drop = past[place] - readings.tundishC
        past[place] = readings.tundishC
        seconds += 1
        if drop > limits.dropK, readings.speedMPerMin > limits.dropSpeedMPerMin {
            note(.internalCracks, drop / limits.dropK)
        }

        let frequency = readings.oscillationPerMin
        let band = limits.oscillationPerMin
        let isOutside = frequency < band.lowerBound || frequency > band.upperBound
        oscillationRun = isOutside ? oscillationRun + 1 : 0
        if oscillationRun > limits.oscillationSeconds {
            note(.cornerCracks, max(frequency / band.upperBound, band.lowerBound / max(frequency, 1)))
        }

        let isUneven = readings.superheatK > limits.superheatK && imbalance(readings) > limits.imbalance
        imbalanceRun = isUneven ? imbalanceRun + 1 : 0
        if imbalanceRun > limits.imbalanceSeconds { note(.inclusions, imbalance(readings) / limits.imbalance) }

        for vibration in readings.vibrationsMmPerS where vibration > limits.vibrationMmPerS {
            note(.shape, vibration / limits.vibrationMmPerS)
        }
    }

    /// Largest relative departure of a zone from its share.
    public func imbalance(_ readings: Readings) -> Double {
        let total = readings.zoneFlowsLPerMin.reduce(0, +)
        guard total > 0, readings.zoneFlowsLPerMin.count == thresholds.zoneShares.count else { return 0 }
        return zip(readings.zoneFlowsLPerMin, thresholds.zoneShares).reduce(0) { worst, zone in
            max(worst, abs(zone.0 / (total * zone.1) - 1))
        }
    }

    private mutating func note(_ defect: Defect, _ severity: Double) {
        severities[defect.rawValue] = max(severities[defect.rawValue], max(severity, 1))
    }
}

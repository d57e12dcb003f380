/// A trigger action response plan (TARP): which of four levels the readings of a facility call for. A pure function of
/// the readings, so that anybody can check it; `LatchedResponse` keeps the level until somebody acknowledges it.
public struct TriggerResponsePlan: Sendable, Equatable {
    /// Written with the plan; changes when a rule does.
    public static let version = 1

    /// Thresholds from yellow to red.
    public struct Steps: Sendable, Equatable {
        public var yellow: Double
        public var orange: Double
        public var red: Double

        public init(yellow: Double, orange: Double, red: Double) {
            self.yellow = yellow
            self.orange = orange
            self.red = red
        }

        /// 0 ... 3 for a quantity that is worse the higher it is.
        public func level(rising value: Double) -> Int {
            value >= red ? 3 : value >= orange ? 2 : value >= yellow ? 1 : 0
        }

        /// 0 ... 3 for a quantity that is worse the lower it is.
        public func level(falling value: Double) -> Int {
            value < red ? 3 : value < orange ? 2 : value < yellow ? 1 : 0
        }
    }

    /// What the plan looks at.
    public struct Readings: Sendable, Equatable {
        public var displacementMmPerDay: Double
        public var freeboardM: Double
        public var factorOfSafety: Double
        public var phreaticM: Double
        public var seepageLPerS: Double
        public var turbidityNTU: Double
        public var rain24hMm: Double

        public init(
            displacementMmPerDay: Double, freeboardM: Double, factorOfSafety: Double, phreaticM: Double,
            seepageLPerS: Double, turbidityNTU: Double, rain24hMm: Double
        ) {
            self.displacementMmPerDay = displacementMmPerDay
            self.freeboardM = freeboardM
            self.factorOfSafety = factorOfSafety
            self.phreaticM = phreaticM
            self.seepageLPerS = seepageLPerS
            self.turbidityNTU = turbidityNTU
            self.rain24hMm = rain24hMm
        }
    }

    public var displacementMmPerDay = Steps(yellow: 5, orange: 10, red: 25)
    public var freeboardM = Steps(yellow: 1.5, orange: 1.25, red: 1.0)
    public var factorOfSafety = Steps(yellow: 1.5, orange: 1.4, red: 1.3)
    /// Design phreatic level plus half a metre, one metre, two metres.
    public var phreaticM: Steps
    /// Half more than usual, twice, three times.
    public var seepageLPerS: Steps
    public var turbidityNTU = Steps(yellow: 25, orange: 50, red: 100)
    /// Rain alone never calls for more than orange.
    public var rain24hMm = Steps(yellow: 50, orange: 100, red: .infinity)

    /// `lastYear`: mean and standard deviation of the phreatic level over twelve months, three of which above the mean are
    /// yellow as well. `designFloodM`: rise of the pond in the design flood, which the freeboard has to hold with 0.3 m to
    /// spare.
    public init(
        designPhreaticM: Double, usualSeepageLPerS: Double, lastYear: (meanM: Double, deviationM: Double)? = nil,
        designFloodM: Double = 0
    ) {
        let yellow = designPhreaticM + 0.5
        phreaticM = Steps(
            yellow: min(yellow, lastYear.map { $0.meanM + 3 * $0.deviationM } ?? yellow), orange: designPhreaticM + 1,
            red: designPhreaticM + 2)
        freeboardM.red = max(freeboardM.red, designFloodM + 0.3)
        freeboardM.orange = max(freeboardM.orange, freeboardM.red)
        freeboardM.yellow = max(freeboardM.yellow, freeboardM.orange)
        seepageLPerS = Steps(
            yellow: 1.5 * usualSeepageLPerS, orange: 2 * usualSeepageLPerS, red: 3 * usualSeepageLPerS)
    }

    /// The worst of all rules: 0 green, 1 yellow, 2 orange, 3 red. A reading that is not there decides nothing.
    public func level(_ readings: Readings) -> Int {
        max(
            displacementMmPerDay.level(rising: readings.displacementMmPerDay),
            freeboardM.level(falling: readings.freeboardM), factorOfSafety.level(falling: readings.factorOfSafety),
            phreaticM.level(rising: readings.phreaticM), seepageLPerS.level(rising: readings.seepageLPerS),
            turbidityNTU.level(rising: readings.turbidityNTU), rain24hMm.level(rising: readings.rain24hMm))
    }
}

/// The level of a plan as people are shown it: it rises at once and stays until it is acknowledged.
public struct LatchedResponse: Sendable, Equatable {
    public let plan: TriggerResponsePlan
    /// What the last readings call for, 0 green ... 3 red.
    public private(set) var present = 0
    /// What is shown: the worst since the last acknowledgement.
    public private(set) var shown = 0

    public init(_ plan: TriggerResponsePlan) { self.plan = plan }

    /// Takes in readings and returns the level to show.
    @discardableResult
    public mutating func observe(_ readings: TriggerResponsePlan.Readings) -> Int {
        present = plan.level(readings)
        shown = max(shown, present)
        return shown
    }

    /// Falls back to what the last readings call for.
    public mutating func acknowledge() { shown = present }
}

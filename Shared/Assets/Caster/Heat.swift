import Model

/// One ladle of steel.
public struct Heat: Sendable, Equatable {
    /// Its place among the grades of the caster.
    public var grade = 0
    public var composition = SteelComposition(carbon: 0.05)
    /// Inclusion cleanliness, 100 = cleanest.
    public var cleanliness = 88.0
    /// Superheat aimed at in the tundish, K.
    public var superheatAimK = 26.0

    public init() {}

    /// From the composition as it is published, by the plant formula; exact to the fourth decimal.
    public var liquidusC: Double { (LiquidusFormula.plant.liquidusC(composition) * 1e4).rounded() / 1e4 }

    /// What a grade is made of, and how its casting is set up.
    public struct Grade: Sendable {
        public let name: String
        /// Share of all casts.
        public let share: Double
        public let speedMPerMin: Double
        public let cleanliness: Double
        /// Mean and deviation of each element, mass per cent.
        public let carbon: (mean: Double, deviation: Double)
        public let manganese: (mean: Double, deviation: Double)
        public let silicon: (mean: Double, deviation: Double)
        public let sulfur: (mean: Double, deviation: Double)
        public let phosphorus: (mean: Double, deviation: Double)
        public let chromium: (mean: Double, deviation: Double)
        public let nickel: (mean: Double, deviation: Double)
        /// Superheat aimed at in the tundish, K.
        public let superheatK: (mean: Double, deviation: Double)

        public init(
            name: String, share: Double, speedMPerMin: Double, cleanliness: Double,
            carbon: (mean: Double, deviation: Double), manganese: (mean: Double, deviation: Double),
            silicon: (mean: Double, deviation: Double), sulfur: (mean: Double, deviation: Double),
            phosphorus: (mean: Double, deviation: Double), chromium: (mean: Double, deviation: Double),
            nickel: (mean: Double, deviation: Double), superheatK: (mean: Double, deviation: Double) = (26, 1.6)
        ) {
            self.name = name
            self.share = share
            self.speedMPerMin = speedMPerMin
            self.cleanliness = cleanliness
            self.carbon = carbon
            self.manganese = manganese
            self.silicon = silicon
            self.sulfur = sulfur
            self.phosphorus = phosphorus
            self.chromium = chromium
            self.nickel = nickel
            self.superheatK = superheatK
        }
    }

    public static let grades: [Grade] = [
        Grade(
            name: "Low_Carbon", share: 0.4, speedMPerMin: 1.25, cleanliness: 88, carbon: (0.045, 0.006),
            manganese: (0.22, 0.025), silicon: (0.015, 0.003), sulfur: (0.008, 0.0012), phosphorus: (0.011, 0.0015),
            chromium: (0.03, 0.008), nickel: (0.02, 0.006)),
        Grade(
            name: "Medium_Carbon", share: 0.2, speedMPerMin: 1.12, cleanliness: 86, carbon: (0.19, 0.012),
            manganese: (0.85, 0.05), silicon: (0.22, 0.025), sulfur: (0.009, 0.0012), phosphorus: (0.013, 0.0018),
            chromium: (0.04, 0.01), nickel: (0.03, 0.008)),
        Grade(
            name: "HSLA", share: 0.25, speedMPerMin: 1.10, cleanliness: 90, carbon: (0.075, 0.006),
            manganese: (1.35, 0.06), silicon: (0.25, 0.025), sulfur: (0.004, 0.0007), phosphorus: (0.012, 0.0015),
            chromium: (0.05, 0.012), nickel: (0.06, 0.015)),
        Grade(
            name: "Stainless", share: 0.15, speedMPerMin: 1.00, cleanliness: 91, carbon: (0.045, 0.005),
            manganese: (1.40, 0.08), silicon: (0.45, 0.035), sulfur: (0.003, 0.0005), phosphorus: (0.027, 0.0025),
            chromium: (18.2, 0.12), nickel: (8.1, 0.08)),
    ]

    static func drawGrade(from grades: [Grade] = Heat.grades, _ random: inout SeededRandom) -> Int {
        var left = random.unit()
        for (index, grade) in grades.enumerated() {
            left -= grade.share
            if left < 0 { return index }
        }
        return 0
    }

    /// The next ladle of a grade, rounded as the laboratory reports it.
    static func draw(grade: Int, from grades: [Grade], _ random: inout SeededRandom) -> Heat {
        let made = grades[grade]
        func draw(_ amount: (Double, Double), _ decimals: Double) -> Double {
            // Within 2.5 deviations: outside, the heat would not have been released.
            let value = amount.0 + amount.1 * min(max(random.gaussian(), -2.5), 2.5)
            return (max(value, 0) * decimals).rounded() / decimals
        }
        var heat = Heat()
        heat.grade = grade
        heat.composition = SteelComposition(
            carbon: draw(made.carbon, 1e4), silicon: draw(made.silicon, 1e3), manganese: draw(made.manganese, 1e3),
            phosphorus: draw(made.phosphorus, 1e4), sulfur: draw(made.sulfur, 1e4), nickel: draw(made.nickel, 100),
            chromium: draw(made.chromium, 100))
        heat.cleanliness = min(draw((made.cleanliness, 3), 10), 99)
        heat.superheatAimK = draw(made.superheatK, 10)
        return heat
    }

    mutating func visitState(_ archive: inout StateArchive, grades: Int) {
        archive.visit(&grade)
        grade = min(max(grade, 0), grades - 1)
        archive.visit(&composition.carbon)
        archive.visit(&composition.silicon)
        archive.visit(&composition.manganese)
        archive.visit(&composition.phosphorus)
        archive.visit(&composition.sulfur)
        archive.visit(&composition.nickel)
        archive.visit(&composition.chromium)
        archive.visit(&cleanliness)
        archive.visit(&superheatAimK)
    }
}

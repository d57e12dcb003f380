import Assets
import Model

/// Decides what each cast is to be. The plan of a cast follows from the seed, its number and the configuration alone,
/// not from how many casts there are, nor from the order in which they are made.
struct CastPlanner: Sendable {
    let config: CasterDatasetConfig
    let seed: UInt64
    /// Length of a cast.
    let seconds: Int
    /// Share of the casts that are meant to break a rule, so that the wanted share of them becomes defective.
    let excursionShare: Double

    /// Casts (and sequences) are dealt out by blocks: a block's quota is exact, its order random.
    private static let block = 40
    private enum Stream: UInt64 { case cast = 1, simulator, excursions, split, sequence, offsets, pilot }

    private let offsets: [Double]

    init(config: CasterDatasetConfig, seed: UInt64, seconds: Int, excursionShare: Double) {
        self.config = config
        self.seconds = seconds
        self.seed = seed
        self.excursionShare = excursionShare
        var random = SeededRandom(seed: seed, stream: Stream.offsets.rawValue)
        offsets = (0..<6).map { _ in random.unit() }
    }

    private func random(_ stream: Stream, _ number: Int) -> SeededRandom {
        SeededRandom(seed: seed, stream: UInt64(truncatingIfNeeded: number) << 8 | stream.rawValue)
    }

    /// A sequence that fills 0 ..< 1 evenly from its start, as far as any share of it is looked at.
    private func even(_ index: Int, step: Double, offset: Int) -> Double {
        let value = offsets[offset] + Double(index) * step
        return value - value.rounded(.down)
    }

    // MARK: - Casts

    func plan(_ number: Int) -> CastPlan {
        let size = config.campaign.castsPerSequence
        let (sequence, place) = (number / size, number % size)
        var common = random(.sequence, sequence)
        let gradeIndex = CastPlanner.choose(
            config.grades.map(\.share), at: even(sequence, step: 0.618_033_988_749_894_9, offset: 0))
        let grade = config.grades[gradeIndex]
        let sequenceSpeed = grade.speedMPerMin.draw(&common)
        // Somewhere in its interval, so that sequences begin at any time of the day.
        let intervalS = max(config.campaign.hoursBetweenSequences * 3600, Double(size * seconds))
        let slackS = intervalS - Double(size * seconds)
        let sequenceS = (Double(sequence) * intervalS + slackS * common.unit()).rounded(.down)
        let startMs = config.campaign.startMs + Int64(sequenceS + Double(place * seconds)) * 1000

        var random = random(.cast, number)
        let (template, isExcursion) = template(number, &random)
        var heat = CastPlanner.heat(grade, &random)
        heat.grade = 0
        let factor = template?.speedFactor.draw(&random) ?? 1
        let speed = Distribution.rounded(min(max(sequenceSpeed * factor, 0.3), 2.5), decimals: 2)
        let fortunes = DefectRules.Defect.allCases.map { _ in random.unit() }
        var simulatorSeed = self.random(.simulator, number)
        return CastPlan(
            number: number, id: "cast-\(padded(number, to: 6))", sequence: sequence,
            sequenceID: "sequence-\(padded(sequence, to: 5))", placeInSequence: place, split: split(sequence),
            startMs: startMs, seconds: seconds, grade: gradeIndex, gradeName: grade.name, heat: heat,
            speedAimMPerMin: speed,
            settings: settings(
                grade, heat: heat, speed: speed, turbulence: config.turbulence.draw(decimals: 3, &random),
                startMs: startMs, secondsInCast: place * seconds),
            seed: simulatorSeed.next(), template: template?.name, isExcursion: isExcursion,
            injections: template.map { CastPlanner.injections($0, seconds: seconds, &random) } ?? [],
            fortunes: fortunes)
    }

    static func heat(_ grade: CasterDatasetConfig.Grade, _ random: inout SeededRandom) -> Heat {
        var heat = Heat()
        for element in SteelElement.allCases {
            heat.composition[keyPath: element.path] = grade.elements[element.rawValue].draw(
                decimals: element.decimals, &random)
        }
        heat.cleanliness = grade.cleanliness.draw(decimals: 1, &random)
        heat.superheatAimK = grade.superheatK.draw(decimals: 1, &random)
        return heat
    }

    private func settings(
        _ grade: CasterDatasetConfig.Grade, heat: Heat, speed: Double, turbulence: Double, startMs: Int64,
        secondsInCast: Int
    ) -> CasterSettings {
        let climate = config.climate
        var settings = CasterSettings()
        settings.grades = [grade.forThePlant]
        settings.firstHeat = heat
        settings.speedAimMPerMin = speed
        settings.ladleT = config.ladleT
        settings.turbulence = turbulence
        settings.secondsInCast = Double(secondsInCast)
        // Days since 1 January of a year of 365.2425 days: exact enough for the season.
        let days = (Double(startMs) / 86_400_000).truncatingRemainder(dividingBy: 365.2425)
        let season = Maths.cos((days + 1 - climate.warmestDay) / 365.2425 * 2 * .pi)
        settings.airMeanC = climate.meanC + climate.seasonalSwingC * season
        settings.airSwingC = climate.dailySwingC
        settings.secondOfDay = Double(startMs / 1000 % 86_400)
        return settings
    }

    // MARK: - What happens

    private func template(_ number: Int, _ random: inout SeededRandom) -> (CastTemplate?, isExcursion: Bool) {
        if let ordinal = excursion(number) {
            let index = CastPlanner.choose(
                config.excursions.map(\.weight), at: even(ordinal, step: 0.414_213_562_373_095_1, offset: 1))
            return (config.excursions[index], true)
        }
        guard random.unit() < config.disturbanceShare else { return (nil, false) }
        return (config.disturbances[CastPlanner.choose(config.disturbances.map(\.weight), at: random.unit())], false)
    }

    /// Which excursion it is, counted from the first cast on; nil for a cast without.
    private func excursion(_ number: Int) -> Int? {
        let dealt = deal(number, share: excursionShare, offset: 2, .excursions)
        return dealt.isIn ? dealt.before : nil
    }

    private func split(_ sequence: Int) -> CastPlan.Split {
        let campaign = config.campaign
        guard !deal(sequence, share: campaign.trainShare, offset: 3, .split).isIn else { return .train }
        // Among those that are not for training.
        let others = sequence - deal(sequence, share: campaign.trainShare, offset: 3, .split).before
        let rest = campaign.validationShare + campaign.testShare
        guard rest > 0 else { return .train }
        let share = campaign.validationShare / rest
        return even(others, step: share, offset: 4) + share >= 1 ? .validation : .test
    }

    /// Whether a number is one of the chosen share, and how many chosen ones lie before it.
    private func deal(_ number: Int, share: Double, offset: Int, _ stream: Stream) -> (isIn: Bool, before: Int) {
        let block = number / CastPlanner.block
        func quota(_ blocks: Int) -> Int {
            Int((Double(blocks * CastPlanner.block) * share + offsets[offset]).rounded(.down))
        }
        let (first, next) = (quota(block), quota(block + 1))
        var order = Array(0..<CastPlanner.block)
        var random = random(stream, block)
        for index in order.indices.reversed() { order.swapAt(index, random.below(index + 1)) }
        let chosen = order[0..<min(max(next - first, 0), CastPlanner.block)]
        let place = number % CastPlanner.block
        return (chosen.contains(place), first + chosen.count { $0 < place })
    }

    /// The place in `weights` at a share of their sum.
    static func choose(_ weights: [Double], at share: Double) -> Int {
        var left = share * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            left -= weight
            if left < 0 { return index }
        }
        return weights.lastIndex { $0 > 0 } ?? 0
    }

    static func injections(
        _ template: CastTemplate, seconds: Int, _ random: inout SeededRandom
    ) -> [CastPlan.Injection] {
        let onset = Int(Double(seconds) * template.onset.draw(&random))
        return template.parts.map { part in
            CastPlan.Injection(
                scenario: part.scenario, index: part.index,
                severity: part.severity.draw(decimals: 4, &random), onsetS: onset + Int(part.delayMin * 60),
                rampS: Int(part.rampMin.draw(&random) * 60), holdS: Int(part.durationMin.draw(&random) * 60),
                recoveryS: Int(part.recoveryMin.draw(&random) * 60))
        }
    }
}

extension CasterDatasetConfig.Grade {
    /// What the plant draws the cast's later heats from.
    var forThePlant: Heat.Grade {
        func of(_ element: SteelElement) -> (mean: Double, deviation: Double) { elements[element.rawValue].moments }
        return Heat.Grade(
            name: name, share: 1, speedMPerMin: speedMPerMin.moments.mean, cleanliness: cleanliness.moments.mean,
            carbon: of(.carbon), manganese: of(.manganese), silicon: of(.silicon), sulfur: of(.sulfur),
            phosphorus: of(.phosphorus), chromium: of(.chromium), nickel: of(.nickel), superheatK: superheatK.moments)
    }
}

/// A number in digits, with leading zeros.
func padded(_ number: Int, to digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(digits - text.utf8.count, 0)) + text
}

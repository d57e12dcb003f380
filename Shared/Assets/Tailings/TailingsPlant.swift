import Model

/// A tailings storage facility of some design: weather, water, ground and the instruments' section. Movement advances
/// every second, water once a minute.
struct TailingsPlant: Plant {
    static let stepMs = 1000
    static let scenarioCount = TailingsScenario.allCases.count
    /// 12-day repeat of the satellite.
    private static let passSeconds = 12 * 86_400

    let design: TailingsDesign
    private var random: SeededRandom
    private(set) var weather: Weather
    private var rain: TailingsRain
    private var water: TailingsWater
    private var ground: TailingsGround
    private var surroundings: TailingsSurroundings
    private var slurry: AutoregressiveNoise
    private var density: AutoregressiveNoise
    private var breathing: AutoregressiveNoise
    private var erosion = 0.0
    private var pore: [6 of Double] = [0, 0, 0, 0, 0, 0]
    private var steps = 0
    private var secondsToPass: Int
    private(set) var insarPass = 0
    private(set) var insarPhaseRad = 0.0
    private(set) var insarDisplacementMm = 0.0
    private var displacementAtPassMm = 0.0
    private var faults: [7 of Double] = [0, 0, 0, 0, 0, 0, 0]

    init(seed: UInt64) { self.init(seed: seed, design: .standard) }

    init(seed: UInt64, design: TailingsDesign) {
        self.design = design
        var random = SeededRandom(seed: seed, stream: 1)
        weather = Weather(
            seed: seed, stream: 2, meanC: design.outline.meanAirC, swingC: design.outline.airSwingC)
        rain = TailingsRain(seed: seed)
        water = TailingsWater(design)
        ground = TailingsGround(design, random: &random)
        surroundings = TailingsSurroundings(airC: weather.airC, random: &random)
        slurry = AutoregressiveNoise(deviation: 12, seconds: 1200, step: 1, random: &random)
        density = AutoregressiveNoise(deviation: 0.012, seconds: 1800, step: 1, random: &random)
        breathing = AutoregressiveNoise(deviation: 0.5, seconds: 1800, step: 1, random: &random)
        secondsToPass = 3600 + random.below(Self.passSeconds)
        self.random = random
        displacementAtPassMm = lineOfSightMm
        updatePore()
        // Two hours bring evaporation and turbidity into their regime.
        for _ in 0..<120 { stepMinute() }
    }

    mutating func disturb(_ disturbances: Disturbances) {
        for scenario in TailingsScenario.allCases { faults[scenario.rawValue] = disturbances[scenario.rawValue] }
    }

    /// A blocked tip keeps its water, whatever the pressure around it does.
    static let stoppable: String? = "piezometer_3"
    var isStopped: Bool { fault(.piezometerBlockage) > 0 }

    private func fault(_ scenario: TailingsScenario) -> Double { faults[scenario.rawValue] }

    mutating func step() {
        steps += 1
        ground.step(creep: fault(.creepToFailure), brittle: fault(.brittleFailure))
        weather.glide()
        slurry.step(&random)
        density.step(&random)
        breathing.step(&random)
        if steps % 60 == 0 { stepMinute() }
        secondsToPass -= 1
        if secondsToPass <= 0 { pass() }
    }

    private mutating func stepMinute() {
        weather.step()
        rain.step(heavy: fault(.heavyRain))
        erosion += (fault(.seepageIncrease) - erosion) * 60 / 1200
        if fault(.seepageIncrease) == 0, erosion < 1e-6 { erosion = 0 }
        // A breach empties the pond down to the remains of the embankment.
        let breach = ground.hasFailed && water.levelM > design.crestM / 2 ? 6.0 * water.size : 0
        water.step(
            seconds: 60,
            TailingsWater.Inputs(
                rainMmH: rain.mmH, evaporationMmD: surroundings.evaporationMmD, slurryM3H: slurryM3H,
                pondRise: fault(.pondRise), breachM3PerS: breach, pipeLS: 14 * relativeSeepage * erosion))
        surroundings.step(
            weather,
            TailingsSurroundings.Inputs(
                rainMmH: rain.mmH, seepageLS: water.seepageLS / relativeSeepage, erosion: erosion,
                linerLeak: fault(.linerLeak)),
            random: &random)
        updatePore()
    }

    private mutating func updatePore() {
        for (index, tip) in design.tips.enumerated() {
            let head = water.surface.headM(atM: tip.xM)
            pore[index] = PorePressure.kPa(headM: head, tipM: tip.elevationM)
        }
    }

    /// What usually seeps, as a share of the standard design's.
    private var relativeSeepage: Double {
        design.plan.seepageLPerS.yellow / TailingsDesign.standard.plan.seepageLPerS.yellow
    }

    /// Towards a satellite on a descending track: the slope faces east and moves down and out.
    private var lineOfSightMm: Double {
        InSAR.lineOfSightMm(
            eastMm: ground.displacementMm[1] * 0.92, northMm: 0, upMm: -ground.displacementMm[1] * 0.39,
            incidenceDeg: 38, headingDeg: 192)
    }

    private mutating func pass() {
        secondsToPass = Self.passSeconds
        insarPass += 1
        // Atmosphere and decorrelation: 1.5 mm.
        let moved = lineOfSightMm - displacementAtPassMm + 1.5 * random.gaussian()
        displacementAtPassMm = lineOfSightMm
        insarPhaseRad = InSAR.wrapped(phaseRad: InSAR.phaseRad(displacementMm: moved))
        // Whatever moves more than a quarter of the wavelength in twelve days is counted wrongly.
        insarDisplacementMm += InSAR.displacementMm(phaseRad: insarPhaseRad)
    }

    func derive(group: Int, readings: inout Readings) {
        guard group == 0 else { return }
        let at = Self.places
        func value(_ place: Int) -> Double { readings.values[place] }
        func set(_ place: Int, _ value: Double, decimals: Double) {
            readings.values[place] = value.isFinite ? (value * decimals).rounded() / decimals : Frame.noValue
            readings.qualities[place] = value.isFinite ? .good : .bad
        }
        let pond = value(at.pond)
        set(
            at.freeboard,
            PondBalance.freeboardM(crestM: design.crestM, levelM: pond, runUpM: TailingsDesign.runUpM),
            decimals: 1e4)
        let crest = TailingsDesign.crestTip
        set(
            at.phreatic,
            PorePressure.headM(
                kPa: value(at.piezometer + crest), tipM: design.tips[crest].elevationM), decimals: 1e4)
        set(
            at.safety, design.factorOfSafety(pondM: pond) { readings.values[at.piezometer + $0] },
            decimals: 1e4)
        let level = design.plan.level(
            TriggerResponsePlan.Readings(
                displacementMmPerDay: value(at.rate), freeboardM: value(at.freeboard),
                factorOfSafety: value(at.safety), phreaticM: value(at.phreatic), seepageLPerS: value(at.seepage),
                turbidityNTU: value(at.turbidity), rain24hMm: value(at.rain)))
        set(at.level, Double(level), decimals: 1)
    }

    private struct Places: Sendable {
        let pond = layout.position(of: "pond_level")
        let freeboard = layout.position(of: "freeboard")
        let piezometer = layout.position(of: "piezometer_1")
        let phreatic = layout.position(of: "phreatic_level")
        let safety = layout.position(of: "factor_of_safety")
        let rate = layout.position(of: "displacement_rate")
        let seepage = layout.position(of: "seepage_rate")
        let turbidity = layout.position(of: "seepage_turbidity")
        let rain = layout.position(of: "rainfall_24h")
        let level = layout.position(of: "tarp_level")
    }
    private static let places = Places()

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&random)
        weather.visitState(&archive)
        rain.visitState(&archive)
        water.visitState(&archive)
        ground.visitState(&archive)
        surroundings.visitState(&archive)
        slurry.visitState(&archive)
        density.visitState(&archive)
        breathing.visitState(&archive)
        archive.visit(&erosion)
        for index in 0..<6 { archive.visit(&pore[index]) }
        archive.visit(&steps)
        archive.visit(&secondsToPass)
        archive.visit(&insarPass)
        archive.visit(&insarPhaseRad)
        archive.visit(&insarDisplacementMm)
        archive.visit(&displacementAtPassMm)
        for index in 0..<7 { archive.visit(&faults[index]) }
    }
}

/// What the instruments look at.
extension TailingsPlant {
    var pondM: Double { water.levelM }
    var beachM: Double { water.beachM }
    var rainMmH: Double { rain.mmH }
    var rain24hMm: Double { rain.last24hMm }
    var slurryM3H: Double { water.size * (TailingsWater.usualSlurryM3H + slurry.value) }
    var slurryTM3: Double { 1.4 + density.value }
    var decantM3H: Double { water.decantM3H }
    var seepageLS: Double { water.seepageLS }
    var turbidityNTU: Double { surroundings.turbidityNTU }
    func porePressureKPa(_ index: Int) -> Double { pore[index] }
    func settlementMm(_ plate: Int) -> Double { ground.settlementMm[plate] }
    /// The slope breathes with the sun.
    func displacementMm(_ prism: Int) -> Double { ground.displacementMm[prism] + breathing.value }
    var displacementRateMmD: Double { ground.rateMmPerDay }
    var tiltDeg: Double { ground.tiltDeg + 0.0008 * breathing.value }
    var windMS: Double { surroundings.windMS }
    var evaporationMmD: Double { surroundings.evaporationMmD }
    var pondC: Double { surroundings.pondC }
    var pondPH: Double { surroundings.pondPH }
    var seepagePH: Double { surroundings.seepagePH }
    var conductivityUSCm: Double { surroundings.conductivityUSCm }
    var oxygenMgL: Double { surroundings.oxygenMgL }
    var sulfateMgL: Double { surroundings.sulfateMgL }
    var arsenicUgL: Double { surroundings.arsenicUgL }
    var groundwaterUSCm: Double { surroundings.groundwaterUSCm }
    var dustUgM3: Double { surroundings.dustUgM3 }
    var isDischarging: Bool { true }
    var isDecanting: Bool { fault(.pondRise) < 1 }
    /// The instruments are walked round every Monday's first hour of the simulated week.
    var isMaintenanceScheduled: Bool { steps % (7 * 86_400) < 3600 && steps >= 86_400 }
    var isMaintenanceUnscheduled: Bool { fault(.pondRise) > 0.5 }
}

import Model

/// Mould water, copper, secondary zones, and the strand's surface at the straightener.
struct CasterCooling: Sendable {
    static let mouldLengthM = 0.8
    static let wideLMin = 7000.0
    static let narrowLMin = 1000.0
    /// Litres per kilogram of steel, and how the zones share the water.
    private static let specificWater = 1.65
    static let zoneShares: [6 of Double] = [0.14, 0.25, 0.22, 0.18, 0.13, 0.08]
    /// What each zone counts at the straightener.
    private static let zoneWeights: [6 of Double] = [0.02, 0.05, 0.50, 0.20, 0.13, 0.10]
    /// Depth of the thermocouple rows below the meniscus, m.
    static let upperRowM = 0.150
    static let rowDistanceM = 0.120
    private static let correlation = MouldHeat()
    private static let straightenerM = 9.0
    private static let steel = StefanProblem.Material(conductivityWPerMK: 30, densityKgPerM3: 7400, heatJPerKgK: 700)
    /// Shell constant without superheat and what each kelvin takes away, mm/min^0.5, from the two-phase Stefan problem.
    private static let shellAtRest = shell(superheatK: 0)
    private static let shellPerK = (shell(superheatK: 40) - shell(superheatK: 0)) / 40

    private(set) var mouldInletC = 30.0
    private(set) var mouldOutletC = 36.0
    private(set) var mouldSteelC: Double
    private(set) var zoneLMin: [6 of Double] = [0, 0, 0, 0, 0, 0]
    private(set) var zoneReturnC: [6 of Double] = [48, 50, 49, 47, 45, 42]
    private(set) var strandC = 950.0
    private(set) var supplyMPa = 0.85
    private(set) var mouldFlowShare = 1.0
    /// Copper temperatures without what a sticker adds.
    private(set) var upperC = 140.0
    private(set) var lowerC = 115.0
    private var film: AutoregressiveNoise
    private var pump: AutoregressiveNoise
    private var valves: [6 of AutoregressiveNoise]
    /// What each zone's controller adds to the opening that goes with the speed: a tenth is in hand.
    private var controllers: [6 of PIController]
    private var scale: AutoregressiveNoise

    init(tundishC: Double, throughputTPerMin: Double, random: inout SeededRandom) {
        mouldSteelC = tundishC - 8
        film = AutoregressiveNoise(deviation: 0.006, seconds: 60, step: 1, random: &random)
        pump = AutoregressiveNoise(deviation: 0.004, seconds: 8, step: 1, random: &random)
        scale = AutoregressiveNoise(deviation: 4, seconds: 40, step: 1, random: &random)
        func valve() -> AutoregressiveNoise {
            AutoregressiveNoise(deviation: 0.006, seconds: 5, step: 1, random: &random)
        }
        valves = [valve(), valve(), valve(), valve(), valve(), valve()]
        controllers = .init(repeating: PIController(proportional: 0.3, integral: 0.06, low: -0.5, high: 0.1, held: 0))
        for zone in 0..<6 {
            zoneLMin[zone] = CasterCooling.zoneShares[zone] * CasterCooling.specificWater * throughputTPerMin * 1000
        }
    }

    private static func shell(superheatK: Double) -> Double {
        StefanProblem(solid: steel, latentJPerKg: 271_000, freezingC: 1500, wallC: 1000, superheatK: superheatK)
            .constantMmPerRootMin
    }

    /// Shell thickness at a depth below the meniscus, mm.
    static func shellMm(depthM: Double, speedMPerMin: Double, superheatK: Double) -> Double {
        (shellAtRest + shellPerK * max(superheatK, 0)) * (depthM / speedMPerMin).squareRoot()
    }

    struct Inputs: Sendable {
        var speedMPerMin: Double
        var throughputTPerMin: Double
        var tundishC: Double
        var superheatK: Double
        var levelMm: Double
        var supplyC: Double
        var zoneFailure: Double
    }

    /// Once a second.
    mutating func step(_ inputs: Inputs, random: inout SeededRandom) {
        film.step(&random)
        pump.step(&random)
        scale.step(&random)
        let speed = max(inputs.speedMPerMin, 0.1)
        mouldFlowShare = 1 + pump.value
        mouldInletC += (inputs.supplyC + 3 - mouldInletC) / 30
        // Heat to the mould: longer contact when the level is high, weakly more with superheat.
        let length = CasterCooling.mouldLengthM + (inputs.levelMm - CasterLevel.targetMm) / 1000
        let intensity = (1 + film.value) * (1 + 0.002 * (min(max(inputs.superheatK, -20), 80) - 25))
        let power =
            CasterCooling.correlation.powerMW(
                widthM: CasterSequence.widthM, thicknessM: CasterSequence.thicknessM, lengthM: length,
                speedMPerMin: speed) * intensity
        let rise = MouldHeat.waterRiseK(
            powerMW: power, flowLPerMin: (CasterCooling.wideLMin + CasterCooling.narrowLMin) * mouldFlowShare)
        mouldOutletC += (mouldInletC + rise - mouldOutletC) / 5
        mouldSteelC += (inputs.tundishC - 7 * 1.2 / max(speed, 0.4) - mouldSteelC) / 45
        let meniscusM = (inputs.levelMm - CasterLevel.targetMm) / 1000
        let upper = CasterCooling.copperFlux(CasterCooling.upperRowM + meniscusM, speed) * intensity
        let lower =
            CasterCooling.copperFlux(CasterCooling.upperRowM + CasterCooling.rowDistanceM + meniscusM, speed)
            * intensity
        upperC = mouldInletC + 2 + 0.061 * upper
        lowerC = mouldInletC + 3 + 0.056 * lower
        stepZones(inputs, speed: speed, random: &random)
    }

    private static func copperFlux(_ depthM: Double, _ speed: Double) -> Double {
        correlation.fluxKWPerM2(seconds: MouldHeat.staySeconds(lengthM: max(depthM, 0.02), speedMPerMin: speed))
    }

    private mutating func stepZones(_ inputs: Inputs, speed: Double, random: inout SeededRandom) {
        var total = 0.0
        var felt = 0.0
        for zone in 0..<6 {
            valves[zone].step(&random)
            let usual = CasterCooling.zoneShares[zone] * CasterCooling.specificWater * inputs.throughputTPerMin * 1000
            // Clogged nozzles pass less at the same pressure; the controller makes up for it as far as its valve opens.
            let open = zone == 2 ? 1 - 0.65 * inputs.zoneFailure : 1
            let trim = controllers[zone].output(error: 1 - zoneLMin[zone] / max(usual, 1), seconds: 1)
            let passed = usual * open * (1 + trim) * (1 + valves[zone].value)
            zoneLMin[zone] += (passed - zoneLMin[zone]) / 4
            total += zoneLMin[zone]
            felt += CasterCooling.zoneWeights[zone] * zoneLMin[zone] / CasterCooling.zoneShares[zone]
            // Half of what the zone takes from the strand stays in the water that comes back.
            let rise = 21.0 * (usual / max(zoneLMin[zone], 20)).squareRoot() * (0.6 + 0.4 * speed / 1.2)
            zoneReturnC[zone] += (inputs.supplyC + rise * (1 - 0.05 * Double(zone)) - zoneReturnC[zone]) / 8
        }
        supplyMPa = 0.85 + 0.02 * (1 - total / 4700) + 0.4 * pump.value
        // Skin of 12 mm: conduction through the shell against spray and radiation.
        let shellM =
            CasterCooling.shellMm(
                depthM: CasterCooling.straightenerM, speedMPerMin: speed, superheatK: inputs.superheatK) / 1000
        let conducted = 30 * (1480 - strandC) / shellM / 1000
        let density = max(felt / 1000 * 0.00125, 1e-4)
        let transfer = SprayCooling.transferWPerM2K(waterLPerCm2Min: density, surfaceC: max(strandC, 500))
        let sprayed = transfer * (strandC - 40) / 1000
        let radiated = SprayCooling.radiationKWPerM2(surfaceC: strandC, ambientC: 60)
        strandC += (conducted - sprayed * 0.42 - radiated) / 62
    }

    /// Scale on the surface makes the pyrometer see less than there is.
    var pyrometerC: Double { strandC + scale.value }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&mouldInletC)
        archive.visit(&mouldOutletC)
        archive.visit(&mouldSteelC)
        for zone in 0..<6 {
            archive.visit(&zoneLMin[zone])
            archive.visit(&zoneReturnC[zone])
            valves[zone].visitState(&archive)
            archive.visit(&controllers[zone].held)
        }
        archive.visit(&strandC)
        archive.visit(&supplyMPa)
        archive.visit(&mouldFlowShare)
        archive.visit(&upperC)
        archive.visit(&lowerC)
        film.visitState(&archive)
        pump.visitState(&archive)
        scale.visitState(&archive)
    }
}

import Assets
import Model

/// A hole from which samples were taken.
struct BoreholeRow: Sendable {
    let id: String
    let facility: String
    let place: String
    let depthM: Double
    let waterM: Double
    let drilled: CalendarDate

    static let table = RecordTable<BoreholeRow>(
        "boreholes", "The boreholes from which the samples come.",
        [
            .text("borehole_id", "Identifier, unique in the set") { $0.id },
            .text("facility_id", "The facility") { $0.facility },
            .text("location", "Where it was drilled") { $0.place },
            .number("depth_m", unit: "m", "Depth of the hole", range: 1...200) { $0.depthM },
            .number("water_depth_m", unit: "m", "Depth of the water table", range: 0...200) { $0.waterM },
            .time("drilled", "When it was drilled") { $0.drilled.ms },
        ])
}

/// One sample and what the laboratory found. What follows from what was measured is calculated from the published
/// numbers, so that the identities hold among them.
struct SoilRow: Sendable {
    let id: String
    let facility: String
    let borehole: String
    let depthM: Double
    let material: String
    let tested: CalendarDate
    let laboratory: String
    let sample: SoilSample
    let grains: GrainSizes
    let conductivityMPerS: Double
    let frictionDeg: Double
    let cohesionKPa: Double
    let compressionIndex: Double
    let undrainedKPa: Double?
    let blows: Int

    /// PI = LL - PL in the tenths in which they are published.
    var plasticityIndex: Double { sample.plasticityIndex.rounded(digits: 1) }
    var voidRatio: Double { sample.voidRatio.rounded(digits: 9) }
    var dryUnitWeight: Double {
        (sample.specificGravity * SoilSample.waterKNPerM3 / (1 + voidRatio)).rounded(digits: 9)
    }
    var classification: String {
        SoilMaterial.classification(
            fines: grains.finesPercent, gravel: grains.gravelPercent, liquidLimit: sample.liquidLimit,
            plasticityIndex: plasticityIndex)
    }

    static let table = RecordTable<SoilRow>(
        "geotechnical",
        """
        Laboratory tests of soil samples. PI = LL - PL, e = Gs w / S, gamma_d = Gs gamma_w / (1 + e) with \
        gamma_w = 9.81 kN/m3, and the grain sizes add up to 100 per cent.
        """,
        [
            .text("sample_id", "Identifier, unique in the set") { $0.id },
            .text("facility_id", "The facility") { $0.facility },
            .text("borehole_id", "The borehole") { $0.borehole },
            .number("depth_m", unit: "m", "Depth of the sample", range: 0...200) { $0.depthM },
            .category("material", SoilMaterial.all.map(\.name), "What was drilled through") { row in
                SoilMaterial.all.firstIndex { $0.name == row.material } ?? 0
            },
            .text("uscs", "Class by the Unified Soil Classification System") { $0.classification },
            .time("tested", "When it was tested") { $0.tested.ms },
            .text("laboratory", "Who tested it, invented") { $0.laboratory },
            .number("liquid_limit", unit: "%", "Liquid limit LL", range: 0...150) { $0.sample.liquidLimit },
            .number("plastic_limit", unit: "%", "Plastic limit PL", range: 0...100) { $0.sample.plasticLimit },
            .number("plasticity_index", unit: "%", "Plasticity index PI", range: 0...100) { $0.plasticityIndex },
            .number("water_content", unit: "%", "Water content w, by dry mass", range: 0...200) {
                $0.sample.waterContent
            },
            .number("specific_gravity", "Specific gravity of the grains Gs", range: 2...5) {
                $0.sample.specificGravity
            },
            .number("saturation", "Degree of saturation S", range: 0...1) { $0.sample.saturation },
            .number("void_ratio", "Void ratio e", range: 0...5) { $0.voidRatio },
            .number("porosity", "Porosity e / (1 + e)", range: 0...1) {
                ($0.voidRatio / (1 + $0.voidRatio)).rounded(digits: 9)
            },
            .number("dry_unit_weight", unit: "kN/m3", "Dry unit weight gamma_d", range: 5...30) { $0.dryUnitWeight },
            .number("unit_weight", unit: "kN/m3", "Unit weight gamma_d (1 + w)", range: 5...35) {
                ($0.dryUnitWeight * (1 + $0.sample.waterContent / 100)).rounded(digits: 9)
            },
            .number("clay", unit: "%", "Grains below 0.002 mm", range: 0...100) { $0.grains.clayPercent },
            .number("silt", unit: "%", "Grains from 0.002 to 0.075 mm", range: 0...100) { $0.grains.siltPercent },
            .number("sand", unit: "%", "Grains from 0.075 to 4.75 mm", range: 0...100) { $0.grains.sandPercent },
            .number("gravel", unit: "%", "Grains above 4.75 mm", range: 0...100) { $0.grains.gravelPercent },
            .number("conductivity", unit: "m/s", "Hydraulic conductivity", range: 0...1) { $0.conductivityMPerS },
            .number("friction_angle", unit: "deg", "Effective angle of friction", range: 0...60) { $0.frictionDeg },
            .number("cohesion", unit: "kPa", "Effective cohesion", range: 0...200) { $0.cohesionKPa },
            .number("compression_index", "Compression index Cc", range: 0...3) { $0.compressionIndex },
            .optionalNumber(
                "undrained_strength", unit: "kPa", "Undrained shear strength; of fine soils below water",
                range: 0...1000
            ) { $0.undrainedKPa },
            .integer("spt_n60", "Blows of the standard penetration test, corrected to 60 % energy", range: 0...200) {
                $0.blows
            },
        ])
}

/// The samples of one facility, hole by hole from the top down.
struct SoilSamples: IteratorProtocol {
    private static let samplesPerHole = 8
    private let facility: Facility
    private let slice: RecordSlice
    private let laboratory: String
    private var random: SeededRandom
    private var record: Int
    private var layers: [(material: Int, until: Double)] = []
    private(set) var hole = BoreholeRow(
        id: "", facility: "", place: "", depthM: 0, waterM: 0, drilled: CalendarDate.today)

    init(_ facility: Facility, _ slice: RecordSlice, seed: UInt64) {
        self.facility = facility
        self.slice = slice
        record = slice.records.lowerBound
        random = SeededRandom(seed: seed, .geotechnical, slice.stream)
        laboratory = SyntheticNames.laboratory(&random)
    }

    /// Whether the sample that comes next is the first of `hole`, which changes with it.
    var isAtNewHole: Bool { record % SoilSamples.samplesPerHole == 0 }

    mutating func next() -> SoilRow? {
        guard record < slice.records.upperBound else { return nil }
        if isAtNewHole { drill() }
        let place = record % SoilSamples.samplesPerHole
        record += 1
        let step = hole.depthM / Double(SoilSamples.samplesPerHole)
        let depth = ((Double(place) + random.uniform(0.2...0.8)) * step).rounded(digits: 2)
        let share = depth / hole.depthM
        let number = layers.first { share <= $0.until }?.material ?? 0
        return test(SoilMaterial.all[number], depthM: depth)
    }

    private mutating func drill() {
        let profile = random.pick(SoilMaterial.profiles)
        layers = profile.layers
        let depth = (facility.outline.heightM * random.uniform(0.6...1.2)).rounded(digits: 1)
        let number = record / SoilSamples.samplesPerHole + 1
        let days = CalendarDate.today.day - facility.commissioned.day - 60
        hole = BoreholeRow(
            id: "\(facility.id)-B\(number.padded(4))", facility: facility.id, place: profile.place, depthM: depth,
            waterM: (depth * random.uniform(0.15...0.6)).rounded(digits: 1),
            drilled: facility.commissioned + random.below(max(days, 1)))
    }

    private mutating func test(_ material: SoilMaterial, depthM: Double) -> SoilRow {
        let plasticLimit = random.uniform(material.plasticLimit).rounded(digits: 1)
        let plasticityIndex = random.uniform(material.plasticityIndex).rounded(digits: 1)
        let gravity = random.uniform(material.specificGravity).rounded(digits: 3)
        let loosest = random.uniform(material.voidRatio)
        // Denser with depth.
        let voidRatio = loosest * (1 - 0.1 * min(depthM / 40, 1))
        let isWet = depthM > hole.waterM
        let saturation = isWet ? 1 : random.uniform(0.45...0.95).rounded(digits: 3)
        let sample = SoilSample(
            liquidLimit: (plasticLimit + plasticityIndex).rounded(digits: 1), plasticLimit: plasticLimit,
            waterContent: (voidRatio * saturation / gravity * 100).rounded(digits: 2), specificGravity: gravity,
            saturation: saturation)
        let grains = sift(material)
        let fines = grains.finesPercent
        let middle = (material.voidRatio.lowerBound + material.voidRatio.upperBound) / 2
        let friction = material.frictionDeg + 6 * (middle - voidRatio) / middle + 0.8 * random.normal()
        // Fine grains are what holds the water back: five orders of magnitude from clean sand to clay.
        let logConductivity = -4.7 - 0.03 * fines - 0.03 * grains.clayPercent + 0.25 * random.normal()
        let stress = 10.0 * depthM + (isWet ? 0 : 4 * depthM)
        let isFine = fines >= 50
        let blows = (isFine ? 3 : 9) + 0.35 * depthM * (isFine ? 1 : 2) * middle / voidRatio + 1.5 * random.normal()
        let cohesion = random.uniform(material.cohesionKPa).rounded(digits: 1)
        let compression = max(0.009 * (sample.liquidLimit - 10) * (1 + 0.08 * random.normal()), 0.02)
        let undrained = (stress * 0.23 * Maths.exp(0.15 * random.normal())).rounded(digits: 1)
        return SoilRow(
            id: "S-\(slice.number(of: record).padded(7))", facility: facility.id, borehole: hole.id, depthM: depthM,
            material: material.name, tested: hole.drilled + random.integer(5...60), laboratory: laboratory,
            sample: sample, grains: grains, conductivityMPerS: significant(Maths.exp(logConductivity * Maths.log(10))),
            frictionDeg: friction.rounded(digits: 1), cohesionKPa: cohesion,
            compressionIndex: compression.rounded(digits: 3), undrainedKPa: isFine && isWet ? undrained : nil,
            blows: max(Int(blows), 0))
    }

    /// The material's usual grains, with their scatter.
    private mutating func sift(_ material: SoilMaterial) -> GrainSizes {
        let usual = material.grains
        func scattered(_ share: Double) -> Double { share * Maths.exp(0.2 * random.normal()) }
        return GrainSizes(
            clay: scattered(usual.clayPercent), silt: scattered(usual.siltPercent), sand: scattered(usual.sandPercent),
            gravel: scattered(usual.gravelPercent)) ?? usual
    }

    /// To three digits.
    private func significant(_ value: Double) -> Double {
        var scale = 1.0
        while value * scale < 100, scale < 1e15 { scale *= 10 }
        return (value * scale).rounded() / scale
    }
}

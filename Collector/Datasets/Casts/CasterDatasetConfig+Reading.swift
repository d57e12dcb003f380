import Assets
import Model
import Runtime

extension CasterDatasetConfig {
    /// Notes every mistake with the reader. `base` has what the file leaves out; without it, everything is required.
    init(_ root: ConfigReader, base: CasterDatasetConfig?) {
        campaign = Campaign(root.section("campaign"), base: base?.campaign)
        climate = Climate(root.section("climate"), base: base?.climate)
        let caster = root.section("caster")
        ladleT = caster.double("ladle_t", in: 20...1000, default: base?.ladleT)
        turbulence = caster.distribution("turbulence", in: 0...5, default: base?.turbulence)
        let sections = root.sectionList("grades")
        grades = sections.map(Grade.init)
        if sections.isEmpty {
            grades = base?.grades ?? []
            if root.has("grades") || base == nil { root.fail("grades", "must have at least one grade") }
        } else if grades.reduce(0, { $0 + $1.share }) <= 0 {
            root.fail("grades", "all shares are 0: give at least one grade a share")
        } else if let twice = CasterDatasetConfig.repeated(grades.map(\.name)) {
            root.fail("grades", "two grades are called \(Text.quoted(twice)): rename one")
        }
        defects = DefectModel(root.section("defects"), base: base?.defects)
        excursions = CasterDatasetConfig.templates(root, "excursions", base?.excursions)
        let others = root.section("disturbances")
        disturbanceShare = others.double("share", in: 0...1, default: base?.disturbanceShare)
        disturbances = CasterDatasetConfig.templates(others, "templates", base?.disturbances)
        let section = root.section("outputs")
        outputs = Outputs(
            layout: section.choice("layout", default: base?.outputs.layout ?? .wide),
            metadata: section.bool("metadata", default: base?.outputs.metadata ?? true),
            legacyHertzLabel: section.bool("legacy_hertz_label", default: base?.outputs.legacyHertzLabel ?? false))
    }

    private static func templates(_ root: ConfigReader, _ key: String, _ base: [CastTemplate]?) -> [CastTemplate] {
        let templates = root.sectionList(key).map(CastTemplate.init)
        guard root.has(key) else {
            if base == nil { root.fail(key, "is missing") }
            return base ?? []
        }
        if templates.isEmpty {
            root.fail(key, "must have at least one template")
        } else if templates.reduce(0, { $0 + $1.weight }) <= 0 {
            root.fail(key, "all weights are 0: give at least one template a weight")
        } else if let twice = repeated(templates.map(\.name)) {
            root.fail(key, "two templates are called \(Text.quoted(twice)): rename one")
        }
        return templates
    }

    private static func repeated(_ names: [String]) -> String? {
        names.enumerated().first { names[..<$0.offset].contains($0.element) }?.element
    }
}

extension CasterDatasetConfig.Campaign {
    init(_ section: ConfigReader, base: Self?) {
        startMs = base?.startMs ?? 0
        let start = section.string("start", maxBytes: 40, default: base.map { RFC3339.format(ms: $0.startMs) })
        if let ms = RFC3339.parse(start), ms >= 0, ms % 1000 == 0, ms < 4_102_444_800_000 {
            startMs = ms
        } else if !start.isEmpty {
            section.fail("start", "must be a whole second of the years 1970 to 2099, such as 2026-01-01T00:00:00Z")
        }
        castsPerSequence = section.int("casts_per_sequence", in: 1...100, default: base?.castsPerSequence)
        hoursBetweenSequences = section.double(
            "hours_between_sequences", in: 0.02...8784, default: base?.hoursBetweenSequences)
        let split = section.optionalSection("split")
        trainShare = split?.double("train", in: 0...1) ?? base?.trainShare ?? 1
        validationShare = split?.double("validation", in: 0...1) ?? base?.validationShare ?? 0
        testShare = split?.double("test", in: 0...1) ?? base?.testShare ?? 0
        if abs(trainShare + validationShare + testShare - 1) > 1e-9 {
            section.fail("split", "train, validation and test must add up to 1")
        }
    }
}

extension CasterDatasetConfig.Climate {
    init(_ section: ConfigReader, base: Self?) {
        meanC = section.double("mean_c", in: -20...35, default: base?.meanC)
        seasonalSwingC = section.double("seasonal_swing_c", in: 0...30, default: base?.seasonalSwingC)
        dailySwingC = section.double("daily_swing_c", in: 0...20, default: base?.dailySwingC)
        warmestDay = section.double("warmest_day", in: 1...366, default: base?.warmestDay)
    }
}

extension CasterDatasetConfig.Grade {
    init(_ section: ConfigReader) {
        name = section.name("name")
        share = section.double("share", in: 0...1000)
        speedMPerMin = section.distribution("speed_m_per_min", in: 0.3...2.5)
        superheatK = section.distribution("superheat_k", in: 2...80)
        cleanliness = section.distribution("cleanliness", in: 0...100)
        let composition = section.section("composition")
        elements = SteelElement.allCases.map { element in
            composition.distribution(
                element.name, in: 0...50, default: element == .carbon ? nil : .constant(0))
        }
        if elements.reduce(0, { $0 + $1.range.upperBound }) > 50 {
            section.fail("composition", "is less than half iron: lower what the elements may reach together")
        }
    }
}

extension CastTemplate {
    init(_ section: ConfigReader) {
        name = section.name("name")
        weight = section.double("weight", in: 0...1000)
        onset = section.distribution("onset", in: 0...1, default: .uniform(0.1...0.6))
        speedFactor = section.distribution("speed_factor", in: 0.5...1.5, default: .constant(1))
        let sections = section.sectionList("parts")
        if sections.isEmpty { section.fail("parts", "must have at least one scenario") }
        parts = sections.map(Part.init)
    }
}

extension CastTemplate.Part {
    init(_ section: ConfigReader) {
        let known = AssetCatalog["caster"]?.scenarios.map(\.id) ?? []
        scenario = section.choice("scenario", of: known)
        index = known.firstIndex(of: scenario) ?? 0
        severity = section.distribution("severity", in: 0...1, default: .constant(1))
        delayMin = section.double("delay_min", in: 0...1440, default: 0)
        rampMin = section.distribution("ramp_min", in: 0...1440, default: .constant(0))
        durationMin = section.distribution("duration_min", in: 0...1440)
        recoveryMin = section.distribution("recovery_min", in: 0...1440, default: .constant(0))
    }
}

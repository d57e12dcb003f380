import Model

@testable import Assets

/// Looks for what cannot be in frames, whatever happens to the asset. Signals whose sensors are spoilt are left out.
struct PhysicalChecker {
    let kind: AssetKind
    var spoilt: Set<String> = []
    private(set) var violations: [String] = []
    private let places: [String: (group: Int, signal: Int)]

    init(_ kind: AssetKind) {
        self.kind = kind
        var places: [String: (group: Int, signal: Int)] = [:]
        for (group, signals) in kind.groups.enumerated() {
            for (index, signal) in signals.signals.enumerated() { places[signal.name] = (group, index) }
        }
        self.places = places
    }

    mutating func check(_ frames: [Frame], at second: Int) {
        let (places, spoilt) = (places, spoilt)
        func value(_ name: String) -> Double {
            guard let place = places[name], !spoilt.contains(name) else { return .nan }
            return frames[place.group].values[place.signal]
        }
        for (group, frame) in frames.enumerated() {
            for (index, signal) in kind.groups[group].signals.enumerated() where !spoilt.contains(signal.name) {
                guard let physical = signal.physical, !physical.contains(frame.values[index]) else { continue }
                note(second, "\(signal.name) = \(frame.values[index]) is outside \(physical)")
            }
        }
        switch kind.id {
        case "candu": checkReactor(value, .heavyWater, second)
        case "smr": checkReactor(value, .lightWater, second)
        case "caster": checkCaster(value, second)
        default: checkTailings(value, second)
        }
    }

    private mutating func note(_ second: Int, _ text: String) {
        if violations.count < 20 { violations.append("\(second) s: \(text)") }
    }

    /// Comparisons with a value that is not there are never violations.
    private mutating func forbid(_ isImpossible: Bool, _ second: Int, _ text: @autoclosure () -> String) {
        if isImpossible { note(second, text()) }
    }

    private mutating func checkReactor(_ value: (String) -> Double, _ water: Saturation, _ second: Int) {
        // Check point A-13.
        let boilingC = water.celsius(pressureMPa: max(value("primary_pressure_b"), 0.05))
        for name in ["core_outlet_temperature", "core_outlet_temperature_b", "core_inlet_temperature"] {
            forbid(value(name) > boilingC + 0.5, second, "\(name) \(value(name)) boils at \(boilingC)")
        }
        forbid(
            value("core_inlet_temperature") > value("core_outlet_temperature") + 6, second, "inlet hotter than outlet")
        forbid(
            value("decay_heat") > 0.08 * (kind.id == "candu" ? 2061 : 160), second, "decay heat \(value("decay_heat"))")
        forbid(
            abs(value("reactor_power") - value("neutron_flux") / 1.25e11) > 0.01 * value("reactor_power") + 0.5, second,
            "power and flux disagree")
        if kind.id == "smr" {
            let pressure = max(value("primary_pressure"), 0.05)
            let margin = water.celsius(pressureMPa: pressure) - value("core_outlet_temperature")
            forbid(abs(value("subcooling_margin") - margin) > 0.011, second, "subcooling is not what it is said to be")
        }
    }

    private mutating func checkCaster(_ value: (String) -> Double, _ second: Int) {
        let composition = SteelComposition(
            carbon: value("carbon"), silicon: value("silicon"), manganese: value("manganese"),
            phosphorus: value("phosphorus"), sulfur: value("sulfur"), nickel: value("nickel"),
            chromium: value("chromium"))
        let liquidus = LiquidusFormula.plant.liquidusC(composition)
        forbid(abs(liquidus - value("liquidus_temperature")) > 1e-9, second, "liquidus is not that of the composition")
        // Check point B-3.
        forbid(
            abs(value("tundish_temperature") - value("liquidus_temperature") - value("superheat")) > 1e-9, second,
            "superheat identity")
        forbid(
            abs(value("mold_oscillation_frequency") / 60 - value("mold_oscillation_hz")) > 1e-9, second, "cpm and Hz")
        let strip = MouldOscillation.negativeStripS(
            frequencyPerMin: value("mold_oscillation_frequency"), strokeMm: value("mold_oscillation_stroke"),
            speedMPerMin: value("casting_speed"))
        forbid(abs(strip - value("negative_strip_time")) > 1e-9, second, "negative strip time")
        forbid(
            value("mold_water_outlet_temperature") < value("mold_water_inlet_temperature"), second, "mould cools water")
        forbid(value("mold_steel_temperature") > value("tundish_temperature") + 60, second, "mould above tundish")
        forbid(value("strand_surface_temperature") > value("liquidus_temperature"), second, "liquid strand")
    }

    private mutating func checkTailings(_ value: (String) -> Double, _ second: Int) {
        let pond = value("pond_level")
        forbid(abs(30 - 0.3 - pond - value("freeboard")) > 1e-4, second, "freeboard identity")
        let safety = TailingsDesign.standard.factorOfSafety(pondM: pond) { value("piezometer_\($0 + 1)") }
        forbid(abs(safety - value("factor_of_safety")) > 0.02 * safety, second, "factor of safety \(safety)")
        // Check point C-9.
        let level = TailingsDesign.standard.plan.level(
            TriggerResponsePlan.Readings(
                displacementMmPerDay: value("displacement_rate"), freeboardM: value("freeboard"),
                factorOfSafety: value("factor_of_safety"), phreaticM: value("phreatic_level"),
                seepageLPerS: value("seepage_rate"), turbidityNTU: value("seepage_turbidity"),
                rain24hMm: value("rainfall_24h")))
        forbid(
            Double(level) != value("tarp_level"), second, "TARP level \(level) is published as \(value("tarp_level"))")
        for index in 1...6 { forbid(value("piezometer_\(index)") > 9.81 * 30, second, "head above the crest") }
    }
}

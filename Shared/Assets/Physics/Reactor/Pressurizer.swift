import Model

/// A pressuriser: water below, steam above. Water pushed in compresses the steam, water drawn out lets it expand;
/// heaters raise the pressure slowly, spray or steam bleed lowers it faster. Once empty it holds nothing: the primary
/// circuit then falls to the saturation pressure of its hottest water.
struct Pressurizer: Sendable {
    struct Parameters: Sendable {
        var volumeM3: Double
        var setMPa: Double
        /// MPa per per cent of level, for a fast surge.
        var surgeMPaPerPercent: Double
        /// Fastest change by heaters and by spray or bleed.
        var heaterMPaPerS: Double
        var reliefMPaPerS: Double
    }

    let parameters: Parameters
    private(set) var levelPercent: Double
    private(set) var pressureMPa: Double
    private var integralMPa = 0.0

    init(_ parameters: Parameters, levelPercent: Double) {
        self.parameters = parameters
        self.levelPercent = levelPercent
        pressureMPa = parameters.setMPa
    }

    /// One step, in which the primary circuit pushes `surgeM3` of water in (or draws it out).
    /// `hotSaturationMPa`: at which the hottest water of the circuit would boil.
    mutating func step(seconds: Double, surgeM3: Double, hotSaturationMPa: Double) {
        let before = levelPercent
        levelPercent = min(max(levelPercent + 100 * surgeM3 / parameters.volumeM3, 0), 100)
        pressureMPa += parameters.surgeMPaPerPercent * (levelPercent - before)
        let error = parameters.setMPa - pressureMPa
        integralMPa = min(max(integralMPa + 0.002 * error * seconds, -0.002), 0.002)
        let wanted = 0.04 * error + integralMPa
        // Heaters are cut off when they would run dry.
        let heating = levelPercent > 8 ? parameters.heaterMPaPerS : 0
        pressureMPa += min(max(wanted, -parameters.reliefMPaPerS), heating) * seconds
        if levelPercent < 1 {
            pressureMPa += (hotSaturationMPa - pressureMPa) * min(seconds / 8, 1)
        } else if pressureMPa < hotSaturationMPa {
            // Flashing in the hot leg feeds the steam space.
            pressureMPa += (hotSaturationMPa - pressureMPa) * min(seconds / 40, 1)
        }
        pressureMPa = max(pressureMPa, 0.1)
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&levelPercent)
        archive.visit(&pressureMPa)
        archive.visit(&integralMPa)
    }
}

/// Heat transfer below the mould.
public enum SprayCooling {
    /// Sprays: h = 1.163 (2.83e7 W^0.75 Ts^-1.2 + 100) W/m2K, W the water density in L/cm2/min (0.01 to 0.25), Ts the
    /// surface in Cel (700 to 1200); Tetsu-to-Hagane 65 (1979) 90.
    public static func transferWPerM2K(waterLPerCm2Min: Double, surfaceC: Double) -> Double {
        1.163 * (2.83e7 * Maths.pow(waterLPerCm2Min, 0.75) * Maths.pow(surfaceC, -1.2) + 100)
    }

    /// Radiation in kW/m2.
    public static func radiationKWPerM2(surfaceC: Double, ambientC: Double, emissivity: Double = 0.8) -> Double {
        let surface = surfaceC + 273.15
        let ambient = ambientC + 273.15
        let surface2 = surface * surface
        let ambient2 = ambient * ambient
        return emissivity * 5.670_374_419e-11 * (surface2 * surface2 - ambient2 * ambient2)
    }

    /// Water per kilogram of steel, L/kg.
    public static func specificWaterLPerKg(flowLPerMin: Double, steelTPerMin: Double) -> Double {
        flowLPerMin / (steelTPerMin * 1000)
    }
}

/// A shell that has stuck to the mould and tears: the tear travels down more slowly than the strand.
public enum StickerTear {
    /// Delay between two thermocouple rows.
    public static func lagS(rowDistanceMm: Double, speedMPerMin: Double, tearShare: Double) -> Double {
        rowDistanceMm / (speedMPerMin * 1000 / 60 * tearShare)
    }
}

import Model

/// Wind, evaporation, and the quality of water and air around the facility. Once a minute.
struct TailingsSurroundings: Sendable {
    private(set) var windMS = 4.0
    private(set) var evaporationMmD = 4.0
    private(set) var pondC: Double
    private(set) var pondPH = 8.1
    private(set) var seepagePH = 7.4
    private(set) var conductivityUSCm = 1650.0
    private(set) var oxygenMgL = 9.0
    private(set) var sulfateMgL = 620.0
    private(set) var arsenicUgL = 2.2
    private(set) var groundwaterUSCm = 420.0
    private(set) var dustUgM3 = 24.0
    private(set) var turbidityNTU = 4.0
    private var leaked = 0.0
    private var noise: [8 of AutoregressiveNoise]

    init(airC: Double, random: inout SeededRandom) {
        pondC = airC
        func slow(_ hours: Double) -> AutoregressiveNoise {
            AutoregressiveNoise(deviation: 1, seconds: hours * 3600, step: 60, random: &random)
        }
        noise = [slow(1.5), slow(8), slow(12), slow(10), slow(24), slow(24), slow(2), slow(3)]
    }

    struct Inputs: Sendable {
        var rainMmH = 0.0
        var seepageLS = 6.0
        var erosion = 0.0
        var linerLeak = 0.0
    }

    mutating func step(_ weather: Weather, _ inputs: Inputs, random: inout SeededRandom) {
        for index in 0..<8 { noise[index].step(&random) }
        let afternoon = Maths.cos((weather.secondOfDay - 54_000) / 86_400 * 2 * .pi)
        windMS = max(4 + 1.4 * afternoon + 1.3 * noise[0].value, 0)
        pondC = max(pondC + (weather.airC - pondC) * 60 / (2 * 86_400), 0.2)
        // Dalton's law with Magnus' vapour pressures in kPa.
        let air = 0.6112 * Maths.exp(17.62 * weather.airC / (243.12 + weather.airC))
        let water = 0.6112 * Maths.exp(17.62 * pondC / (243.12 + pondC))
        evaporationMmD = max(3.6 * (1 + 0.25 * windMS) * (water - air * weather.humidityPercent / 100), 0)
        pondPH = 8.1 + 0.12 * noise[1].value
        seepagePH = 7.4 + 0.08 * noise[2].value - 0.5 * inputs.erosion
        let usual = 1650 + 40 * noise[3].value - 15 * (inputs.seepageLS - 6)
        conductivityUSCm += (max(usual, 100) - conductivityUSCm) / 60
        // Saturation of oxygen falls with temperature.
        oxygenMgL = max(14.6 - 0.37 * pondC + 0.0045 * pondC * pondC - 0.6 + 0.2 * noise[1].value, 0)
        sulfateMgL = max(conductivityUSCm * 0.376 + 6 * noise[4].value, 0)
        // What leaks through the liner reaches the boreholes in hours.
        leaked += (inputs.linerLeak - leaked) * 60 / (2.5 * 3600)
        groundwaterUSCm = max(420 + 8 * noise[5].value + 1400 * leaked, 0)
        arsenicUgL = max(2.2 + 0.08 * noise[4].value + 40 * leaked, 0)
        let dry = inputs.rainMmH > 0 ? 0.3 : 1.0
        dustUgM3 = max((10 + 3 * windMS + 3 * noise[6].value) * dry, 1)
        let stirred = 4 + 0.5 * noise[7].value + 0.4 * inputs.rainMmH + 160 * inputs.erosion
        turbidityNTU += (max(stirred, 0.5) - turbidityNTU) / 8
    }

    mutating func visitState(_ archive: inout StateArchive) {
        archive.visit(&windMS)
        archive.visit(&evaporationMmD)
        archive.visit(&pondC)
        archive.visit(&pondPH)
        archive.visit(&seepagePH)
        archive.visit(&conductivityUSCm)
        archive.visit(&oxygenMgL)
        archive.visit(&sulfateMgL)
        archive.visit(&arsenicUgL)
        archive.visit(&groundwaterUSCm)
        archive.visit(&dustUgM3)
        archive.visit(&turbidityNTU)
        archive.visit(&leaked)
        for index in 0..<8 { noise[index].visitState(&archive) }
    }
}
